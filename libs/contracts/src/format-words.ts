import type { Sentence } from './routes/views.js';

/** 格式 of a catalogue entry. */
export const resourceFormatWords: Record<string, Sentence> = {
  '1': { zh: '电子文件', en: 'document' },
  '2': { zh: '电子表格', en: 'spreadsheet' },
  '3': { zh: '数据库', en: 'database' },
  '4': { zh: '图形图像', en: 'image' },
  '5': { zh: '流媒体', en: 'media stream' },
  '6': { zh: '自描述', en: 'self-describing' },
  '7': { zh: '服务接口', en: 'service interface' },
};
/** What an account of use tells of. */
export const useKindWords: Record<string, Sentence> = {
  use: { zh: '使用', en: 'use' },
  disposal: { zh: '销毁', en: 'disposal' },
};
/** The formats in which data leaves. */
export const deliveryFormatWords: Record<string, Sentence> = {
  csv: { zh: 'CSV', en: 'CSV' },
  'csv-bom': { zh: 'CSV（适合 Excel）', en: 'CSV (Excel)' },
  'csv-gb18030': { zh: 'CSV（GB18030，适合旧软件）', en: 'CSV (GB18030, for old programs)' },
  xlsx: { zh: 'Excel 工作簿（XLSX）', en: 'Excel workbook (XLSX)' },
  parquet: { zh: 'Parquet', en: 'Parquet' },
  jsonl: { zh: 'JSON Lines', en: 'JSON Lines' },
};
