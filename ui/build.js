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

/**
 * Put a page's script and styles into the page. On a slow network each further question costs more than its answer, and a guest opens the
 * booking page once. The server lets the browser run what stands in the page by its hash, and nothing else that might.
 */
function inlined(folder) {
  const file = join(folder, 'index.html');
  const taken = [];
  const read = (path) => {
    const asset = join(folder, 'assets', path);
    taken.push(asset);
    return readFileSync(asset, 'utf8').trim();
  };
  const page = readFileSync(file, 'utf8')
    .replace(/<script type="module"[^>]* src="[^"]*\/assets\/([^"]+)"><\/script>/g, (_, path) => `<script type="module">${read(path).replaceAll('</script', '<\\/script')}</script>`)
    .replace(/<link rel="stylesheet"[^>]* href="[^"]*\/assets\/([^"]+)">/g, (_, path) => `<style>${read(path)}</style>`);
  if (taken.length !== readdirSync(join(folder, 'assets')).length) throw new Error(`${folder} asks for more than it holds`);
  writeFileSync(file, page);
  rmSync(join(folder, 'assets'), { recursive: true });
}
if (existsSync(join(built, 'booking'))) inlined(join(built, 'booking'));

for (const entry of readdirSync(built, { recursive: true, encoding: 'utf8' })) {
  const path = join(built, entry);
  if (!statSync(path).isFile() || !packed.has(extname(path))) continue;
  const plain = readFileSync(path);
  writeFileSync(`${path}.gz`, gzipSync(plain, { level: 9 }));
  writeFileSync(`${path}.br`, brotliCompressSync(plain, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }));
}
