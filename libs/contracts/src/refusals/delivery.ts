import { itemTypeWords } from '../vocabulary-words.js';

/** What can be wrong with a file that is published, and why a delivery ends without one. */
export const deliveryRefusals = {
  'file-empty': { status: 400, zh: '文件为空，没有数据行。', en: 'The file is empty: it has no rows.' },
  'file-name-is-path': { status: 400, zh: '文件名不得包含路径。', en: 'The file name must not be a path.' },
  'file-digest-differs': {
    status: 400,
    zh: '文件摘要与声明的不一致。',
    en: 'The digest of the file differs from the one announced.',
  },
  'file-too-large': { status: 413, zh: '文件超过上限 {limit} 字节。', en: 'The file is larger than {limit} bytes.' },
  'upload-cut': { status: 400, zh: '上传中断，未保存任何内容。', en: 'The upload was cut off; nothing was kept.' },
  'upload-offset': {
    status: 409,
    zh: '已收到 {offset} 字节，请从该处继续发送。',
    en: '{offset} bytes have arrived; go on from there.',
  },
  'upload-busy': {
    status: 423,
    zh: '该文件正由另一连接发送；请稍后从已收到处继续。',
    en: 'Another connection is sending this file; ask how much arrived and go on from there.',
  },
  'upload-taken-over': {
    status: 409,
    zh: '该文件已改由另一连接继续发送；已收到的均已保存。',
    en: 'Another connection goes on with this file; what arrived is kept.',
  },
  'upload-idle': {
    status: 408,
    zh: '{seconds} 秒内未收到数据；已收到的均已保存，可从该处继续。',
    en: 'Nothing arrived for {seconds} seconds; what arrived is kept, go on from there.',
  },
  'upload-longer': {
    status: 413,
    zh: '发送的内容超过声明的 {size} 字节。',
    en: 'More was sent than the {size} bytes that were announced.',
  },
  'upload-quota': {
    status: 413,
    zh: '本部门上传中的文件合计超过 {limit} 字节；请先完成或取消其他上传。',
    en: 'Files of your department on their way would come to more than {limit} bytes; finish or cancel others first.',
  },
  'upload-full': {
    status: 507,
    zh: '平台暂无空间接收该文件，请稍后再试。',
    en: 'The exchange has no room for this file just now; try again later.',
  },
  'upload-pieces': {
    status: 413,
    zh: '文件分成了过多的小段（上限 {limit}）；请重新上传。',
    en: 'The file came in too many small pieces (at most {limit}); begin again.',
  },
  'upload-gone': {
    status: 410,
    zh: '该上传已取消或过期；请重新上传。',
    en: 'This upload was cancelled or is past its time; begin again.',
  },
  'tus-version': {
    status: 412,
    zh: '须有请求头 Tus-Resumable: 1.0.0。',
    en: 'The header Tus-Resumable: 1.0.0 is needed.',
  },
  'csv-not-utf8': { status: 400, zh: '第 {line} 行不是有效的 UTF-8。', en: 'Line {line} is not valid UTF-8.' },
  'csv-nul': { status: 400, zh: '第 {line} 行含有 NUL 字节。', en: 'Line {line} holds a NUL byte.' },
  'csv-ragged': {
    status: 400,
    zh: '第 {line} 行有 {found} 列，应为 {expected} 列。',
    en: 'Line {line} has {found} fields where {expected} are expected.',
  },
  'csv-quote': { status: 400, zh: '第 {line} 行的引号不完整。', en: 'A quote on line {line} is broken.' },
  'csv-line-end': {
    status: 400,
    zh: '第 {line} 行含有单独的回车符；行尾应为换行或回车换行。',
    en: 'Line {line} holds a lone carriage return; lines end with LF or CRLF.',
  },
  'csv-header': {
    status: 400,
    zh: '表头与目录数据项不一致：{difference}。',
    en: 'The header differs from the entry: {difference}.',
  },
  'header-unnamed': {
    status: 400,
    zh: '表头第 {column} 列没有列名。',
    en: 'Column {column} of the header has no name.',
  },
  'header-repeats': {
    status: 400,
    zh: '表头中有两列都叫“{name}”。',
    en: 'The header names two columns “{name}”.',
  },
  'header-is-data': {
    status: 400,
    zh: '表头第 {column} 列是“{name}”，像是数据而不是列名：文件是否缺少表头行？',
    en: 'Column {column} of the header is “{name}”, which looks like data, not like a name: has the file no header row?',
  },
  'header-unusable': {
    status: 400,
    zh: '表头第 {column} 列的列名（“{name}”）过长，或含有换行等不能作名称的字符。',
    en: 'The name of column {column} (“{name}”) is too long, or holds a line break or the like.',
  },
  'csv-field-too-large': { status: 400, zh: '第 {line} 行的字段过长。', en: 'A field on line {line} is too long.' },
  'value-misfit': {
    status: 400,
    zh: '第 {line} 行 {item} 的值不符合类型“{type}”。',
    en: 'On line {line} the value of {item} does not fit its type, “{type}”.',
    words: { type: itemTypeWords },
  },
  'value-missing': {
    status: 400,
    zh: '第 {line} 行缺少必填项 {item}。',
    en: 'On line {line} the required item {item} is missing.',
  },
  'faulty-rows-gone': {
    status: 410,
    zh: '不合格行的文件已过保存期（7 天）。',
    en: 'The file of rows that do not fit is past its seven days.',
  },
  'rows-faulty': {
    status: 400,
    zh: '{rows} 行不符合目录要求，共 {count} 处；未保存任何内容。',
    en: '{rows} rows do not fit the entry, in {count} places; nothing was kept.',
  },
  'text-not-unicode': {
    status: 400,
    zh: '第 {line} 行有半个字符（单独的代理码位），不是有效的文本。',
    en: 'Line {line} holds half a character (a lone surrogate) and is no text.',
  },
  'encoding-mixed': {
    status: 400,
    zh: '第 {line} 行与前面各行的编码不同（UTF-8 与 GB18030 混用）；请统一编码后重新导出。',
    en: 'Line {line} is in another encoding than those before (UTF-8 and GB18030 are mixed); export the file in one encoding.',
  },
  'encoding-malformed': {
    status: 400,
    zh: '第 {line} 行不是有效的 {encoding}；请核对编码，或用 encoding 指定。',
    en: 'Line {line} is not valid {encoding}; check the encoding, or state it.',
  },
  'json-line': {
    status: 400,
    zh: '第 {line} 行不是一个 JSON 对象。',
    en: 'Line {line} is no JSON object.',
  },
  'json-nested': {
    status: 400,
    zh: '第 {line} 行 {name} 的值是对象或数组；每个值应为文本、数字、true、false 或 null。',
    en: 'On line {line} the value of {name} is an object or array; values are texts, numbers, true, false or null.',
  },
  'json-name': {
    status: 400,
    zh: '第 {line} 行的名称 {name} 重复，或首行没有。',
    en: 'On line {line} the name {name} is repeated, or the first line does not have it.',
  },
  'parquet-damaged': {
    status: 400,
    zh: 'Parquet 文件不完整或已损坏；请重新导出。',
    en: 'The Parquet file is cut off or damaged; export it again.',
  },
  'parquet-type': {
    status: 400,
    zh: 'Parquet 列 {name} 的类型 {type} 不能发布；请转换为文本、数字、日期或逻辑值。',
    en: 'The Parquet column {name} has the type {type}, which cannot be published; make it text, a number, a date or a boolean.',
  },
  'unpack-bomb': {
    status: 400,
    zh: '压缩文件解压后超过其大小的 {ratio} 倍，已停止。',
    en: 'The packed file comes to more than {ratio} times its size; stopped.',
  },
  'unpack-damaged': {
    status: 400,
    zh: '压缩文件 {name} 不完整或已损坏；请重新压缩。',
    en: 'The packed file {name} is cut off or damaged; pack it again.',
  },
  'packed-twice': {
    status: 400,
    zh: '压缩文件里还是压缩文件；请只压缩一次。',
    en: 'The packed file holds another packed file; pack it once.',
  },
  'zip-several': {
    status: 400,
    zh: 'ZIP 中不止一个文件；请每次发布一个文件。',
    en: 'The ZIP holds more than one file; publish one file at a time.',
  },
  'zip-name': {
    status: 400,
    zh: 'ZIP 中的文件名含有路径（如 ../），已拒收。',
    en: 'A name in the ZIP is a path (such as ../); refused.',
  },
  'zip-encrypted': {
    status: 400,
    zh: 'ZIP 设有密码；请不设密码压缩，上传和存储均已加密。',
    en: 'The ZIP has a password; pack without one: sending and storing are encrypted anyway.',
  },
  'zip-method': {
    status: 400,
    zh: 'ZIP 中的 {name} 用了不支持的压缩方法；请用常规的 ZIP 或 gzip。',
    en: 'In the ZIP {name} is packed by a method that is not supported; use an ordinary ZIP or gzip.',
  },
  'file-kind': {
    status: 400,
    zh: '文件不是 {format}；请发布 CSV、JSON Lines、Parquet 或 XLSX。',
    en: 'The file is no {format}; publish CSV, JSON lines, Parquet or XLSX.',
  },
  'file-too-large-for-form': {
    status: 413,
    zh: 'Parquet 或 XLSX 文件超过 {limit} MiB；请导出为 CSV 发布，CSV 不受此限。',
    en: 'The Parquet or XLSX file is larger than {limit} MiB; publish it as CSV, which has no such limit.',
  },
  'file-opendocument': {
    status: 400,
    zh: '这是 OpenDocument 表格（.ods）；请在表格软件中另存为 .xlsx。',
    en: 'This is an OpenDocument spreadsheet (.ods); save it as .xlsx.',
  },
  'workbook-old': {
    status: 400,
    zh: '这是旧格式的工作簿（.xls 或 .et）；请在 Excel 或 WPS 中另存为 .xlsx。',
    en: 'This is a workbook of the old format (.xls or .et); save it as .xlsx in Excel or WPS.',
  },
  'workbook-binary': {
    status: 400,
    zh: '这是二进制工作簿（.xlsb）；请在表格软件中另存为 .xlsx。',
    en: 'This is a binary workbook (.xlsb); save it as .xlsx.',
  },
  'workbook-encrypted': {
    status: 400,
    zh: '工作簿设有打开密码；请在“文件 → 信息 → 保护工作簿”中取消密码后另存。',
    en: 'The workbook has a password; take it off under File, Info, Protect Workbook, and save it.',
  },
  'workbook-damaged': {
    status: 400,
    zh: '工作簿不完整或已损坏；请在表格软件中打开并另存为 .xlsx。',
    en: 'The workbook is cut off or damaged; open it in a spreadsheet program and save it as .xlsx.',
  },
  'workbook-cell-too-large': {
    status: 400,
    zh: '工作簿中有单元格过大；请检查后另存。',
    en: 'A cell of the workbook is too large; look for it and save the workbook again.',
  },
  'workbook-too-large': {
    status: 413,
    zh: '工作簿的文本超过 {limit} MiB；请导出为 CSV 发布。',
    en: 'The texts of the workbook are larger than {limit} MiB; publish it as CSV.',
  },
  'sheet-unknown': {
    status: 400,
    zh: '没有工作表 {sheet}；工作簿有：{sheets}。',
    en: 'There is no sheet {sheet}; the workbook has: {sheets}.',
  },
  'header-row': {
    status: 400,
    zh: '工作表第 {row} 行没有表头。',
    en: 'Row {row} of the sheet holds no header.',
  },
  'sheet-found': {
    status: 400,
    zh: '工作表中除数据外还有其他内容，未保存。核对下列各处后，勾选“已核对”再次上传；用命令或接口时写 skip={kinds}。',
    en: 'The sheet holds more than its table; nothing was kept. Look at the places named, then tick that you looked and send it again; with the command or the API say skip={kinds}.',
  },
  'found-title': {
    status: 400,
    zh: '{cell}：表头上方有标题行（title，略过）。',
    en: '{cell}: a title above the header (title: left out).',
  },
  'found-merged-header': {
    status: 400,
    zh: '{cell}：表头有多行或合并单元格（merged-header，取最下一行的名称）。',
    en: '{cell}: the header has several rows or merged cells (merged-header: the lowest names are taken).',
  },
  'found-footer': {
    status: 400,
    zh: '{cell}：表尾有填表人、合计或说明（footer，略过）。',
    en: '{cell}: below the table stands who filled it in, a total or a note (footer: left out).',
  },
  'found-side-note': {
    status: 400,
    zh: '{cell}：表格旁有内容（side-note，略过），共 {count} 处。',
    en: '{cell}: something stands beside the table (side-note: left out); {count} in all.',
  },
  'found-extra-column': {
    status: 400,
    zh: '{cell}：列“{name}”不在目录数据项中（extra-column，略过）。',
    en: '{cell}: the column “{name}” is no item of the entry (extra-column: left out).',
  },
  'found-hidden-sheet': {
    status: 400,
    zh: '有隐藏的工作表“{name}”（hidden-sheet，略过）。',
    en: 'There is a hidden sheet “{name}” (hidden-sheet: left out).',
  },
  'found-hidden-row': {
    status: 400,
    zh: '第 {row} 行是隐藏行（hidden-row，照样发布），共 {count} 行。',
    en: 'Row {row} is hidden (hidden-row: published all the same); {count} in all.',
  },
  'found-hidden-column': {
    status: 400,
    zh: '{cell}：列“{name}”是隐藏列（hidden-column，照样发布）。',
    en: '{cell}: the column “{name}” is hidden (hidden-column: published all the same).',
  },
  'found-formula': {
    status: 400,
    zh: '{cell} 是公式（formula，采用其保存的结果），共 {count} 处。',
    en: '{cell} is a formula (formula: its saved result is taken); {count} in all.',
  },
  'found-date-number': {
    status: 400,
    zh: '{cell} 的日期存成了数字（date-number，按日期读取），共 {count} 处。',
    en: '{cell} holds a date as a number (date-number: read as a date); {count} in all.',
  },
  'cell-number-cut': {
    status: 400,
    zh: '{cell} 的数字超过 15 位，表格软件已将后面各位变为 0；请把该列设为文本后重新录入或导出。',
    en: '{cell} holds a number of more than 15 digits, of which the spreadsheet has lost the last; make the column text and enter or export it again.',
  },
  'cell-error': {
    status: 400,
    zh: '{cell} 是错误值（如 #N/A）；请改正后另存。',
    en: '{cell} holds an error such as #N/A; put it right and save.',
  },
  'cell-no-result': {
    status: 400,
    zh: '{cell} 的公式没有保存结果；请用表格软件打开、计算后另存。',
    en: 'The formula of {cell} has no saved result; open the workbook in a spreadsheet program and save it.',
  },
  'value-starts-program': {
    status: 400,
    zh: '第 {line} 行 {item} 的值像是启动程序的公式（如 =cmd|…），已拒收。',
    en: 'On line {line} the value of {item} looks like a formula that starts a program (=cmd|…); refused.',
  },
  'value-outside-rule': {
    status: 400,
    zh: '第 {line} 行 {item} 的值不符合规则：{rule}。',
    en: 'On line {line} the value of {item} is outside its rule: {rule}.',
  },
  'key-repeated': {
    status: 400,
    zh: '第 {line} 行的主键与第 {first} 行相同。',
    en: 'Line {line} has the same key as line {first}.',
  },
  'key-rows-too-many': {
    status: 413,
    zh: '超过 {limit} 行时无法核对主键是否重复；请拆分数据资源，或不设主键。',
    en: 'Keys are compared among at most {limit} rows; divide the dataset, or state no key.',
  },
  'item-rule': {
    status: 400,
    zh: '数据项 {item} 的规则 {rule} 不适用于其类型，或所写的值不是该类型的规范写法。',
    en: 'The rule {rule} of item {item} does not fit its type, or states a value not in its canonical form.',
  },
  'key-list-empty': { status: 400, zh: '名单中没有可用的键。', en: 'The list holds no usable key.' },
  'key-list-too-long': { status: 413, zh: '名单超过 {limit} 个键。', en: 'The list holds more than {limit} keys.' },
  'key-list-column': {
    status: 400,
    zh: '名单有多列，但没有名为 {item} 的一列。',
    en: 'The list has several columns and none is called {item}.',
  },
  'key-list-differs': {
    status: 409,
    zh: '行范围所述名单与平台保存的不符：{field}。',
    en: 'The row scope names another {field} than the key list has.',
  },
  'key-list-gone': {
    status: 410,
    zh: '名单已销毁，不能再据以选取。',
    en: 'The key list has been destroyed; nothing can be chosen by it.',
  },
  'item-names-alike': {
    status: 409,
    zh: '数据项名称仅大小写不同：{items}。该格式无法区分，请改用 CSV。',
    en: 'Names of items differ only in case: {items}. This format cannot tell them apart; take CSV.',
  },
  'workbook-too-long': {
    status: 409,
    zh: 'Excel 工作簿至多 500 万行，本次超出；请改用 CSV。',
    en: 'A workbook has five million rows at most, and these are more; take CSV.',
  },
  'cell-too-long': {
    status: 409,
    zh: '有的值超过 Excel 单元格的 32767 个字符，写入会被截断；请改用 CSV。',
    en: 'A value is longer than the 32,767 characters of a cell and would be cut; take CSV.',
  },
  'memory-folder': {
    status: 503,
    zh: '内存暂存目录不可用：{reason}。',
    en: 'The memory-backed folder cannot be used: {reason}.',
  },
  'preparer-failed': {
    status: 500,
    zh: '数据处理进程异常退出。请再试一次；仍然如此，请告知平台运维。',
    en: 'The process that prepares data ended abnormally. Try again; if it happens again, tell the operator.',
  },
  'part-damaged': {
    status: 500,
    zh: '存储的数据分片已损坏。请告知平台运维，从备份恢复，或由提供部门重新上传。',
    en: 'A stored part of the version is damaged. Tell the operator, who restores it; or the provider uploads it again.',
  },
  'recipient-ended': {
    status: 403,
    zh: '交付文件所用的加密接收公钥已结束，请重新提取。',
    en: 'The payload is encrypted to a recipient that has ended; pull again.',
  },
  'payload-gone': { status: 410, zh: '交付文件已按规定清除。', en: 'The payload has been disposed of as set.' },
  'payload-not-ready': { status: 409, zh: '数据尚在准备中。', en: 'The delivery is not ready yet.' },
  'delivery-cancelled': { status: 409, zh: '该次数据提供已取消。', en: 'The delivery was cancelled.' },
  'delivery-failed': { status: 409, zh: '该次数据提供失败：{reason}。', en: 'The delivery failed: {reason}.' },
  'range-not-satisfiable': { status: 416, zh: '请求的字节范围无效。', en: 'The byte range asked for does not exist.' },
  'identity-not-recipient': {
    status: 409,
    zh: '所给的解密身份不是该文件的接收者。',
    en: 'The file is not encrypted to any of the identities given.',
  },
  'digest-mismatch': {
    status: 409,
    zh: '文件与账本记录的摘要不一致，请勿使用。',
    en: 'The file does not match the digest sealed in the ledger; do not use it.',
  },
} as const;
