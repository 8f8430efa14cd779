import { createReadStream, createWriteStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { pipeline } from 'node:stream/promises';
import { writeWorkbook, type Cell } from '../../libs/delivery/src/xlsx/write-workbook.js';
import { peopleItems } from '../shared/people.js';

// A process of its own, whose memory is nobody's: `write-workbook.js people.csv people.xlsx`.

const [csv = '', workbook = ''] = process.argv.slice(2);
const columns = peopleItems.map(({ title }) => ({ title, width: 16 }));
const numbers = peopleItems.findIndex(({ name }) => name === 'visits');

/** The register's fields hold no separators; the number of visits is a number. */
async function* readRows(): AsyncGenerator<Cell[]> {
  let isHeader = true;
  for await (const line of createInterface({ input: createReadStream(csv) })) {
    if (!isHeader) yield line.split(',').map((field, i) => (i === numbers ? Number(field) : field));
    isHeader = false;
  }
}

await pipeline(writeWorkbook({ name: 'people', columns, rows: readRows() }), createWriteStream(workbook));
process.exit(0);
