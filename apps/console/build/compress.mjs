// Writes a brotli and a gzip copy beside every text file of the built console: served as they are, compressed once and well.
import { existsSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';

const isText = (name) => /\.(js|css|html|svg|json|txt)$/.test(name);

export function compressFolder(folder) {
  for (const entry of readdirSync(folder, { withFileTypes: true, recursive: true })) {
    if (!entry.isFile() || !isText(entry.name)) continue;
    const path = join(entry.parentPath ?? entry.path, entry.name);
    // A file of the build before has its copies already.
    if (existsSync(`${path}.br`) && statSync(`${path}.br`).mtimeMs > statSync(path).mtimeMs) continue;
    const bytes = readFileSync(path);
    const parameters = { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length };
    writeFileSync(`${path}.br`, brotliCompressSync(bytes, { params: parameters }));
    writeFileSync(`${path}.gz`, gzipSync(bytes, { level: 9 }));
  }
}
