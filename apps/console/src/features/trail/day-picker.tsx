import { DatePicker, type DatePickerProps } from 'antd';
import type { Dayjs } from 'dayjs';

/** A calendar to choose a day from. */
export default function DayPicker(props: DatePickerProps<Dayjs, false>) {
  return <DatePicker {...props} />;
}
