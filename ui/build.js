/** Builds every page, and packs each file as browsers take it: what is served is then only read. */
import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { build } from 'vite';

const here = dirname(fileURLToPath(import.meta.url));
const built = join(here, '..', 'src', 'saveit', 'web', 'pages', 'built');
const packed = new Set(['.html', '.js', '.css', '.svg', '.json', '.webmanifest']);

process.chdir(here);
rmSync(built, { recursive: true, force: true });
for (const page of ['booking', 'sandbox', 'staff', 'chat-widget']) {
  if (existsSync(join(here, page))) await build({ mode: page, configFile: join(here, 'vite.config.ts'), logLevel: 'warn', define: { 'process.env.NODE_ENV': '"production"' } });
}

for (const entry of readdirSync(built, { recursive: true, encoding: 'utf8' })) {
  const path = join(built, entry);
  if (!statSync(path).isFile() || !packed.has(extname(path))) continue;
  const plain = readFileSync(path);
  writeFileSync(`${path}.gz`, gzipSync(plain, { level: 9 }));
  writeFileSync(`${path}.br`, brotliCompressSync(plain, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }));
}
