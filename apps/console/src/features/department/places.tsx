import { ApartmentOutlined } from '@ant-design/icons';
import type { Place } from '../../app/place';

export const departmentPlaces: readonly Place[] = [
  {
    path: '/department',
    page: async () => ({ Component: (await import('./department-page')).DepartmentPage }),
    nav: { label: { zh: '本部门', en: 'My department' }, icon: <ApartmentOutlined />, order: 80 },
  },
];
