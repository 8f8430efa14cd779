// `npm start`: installs and builds what is missing, then runs the exchange. Plain Node, since there may be no
// packages yet. What it starts and in which order is in apps/launcher.
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build, checkNode, install, isBuilt, isInstalled, isPacked, root } from './prepare.mjs';

checkNode();

const chinese = /^zh/i.test(process.env.LC_ALL || process.env.LC_MESSAGES || process.env.LANG || '');
const { stdout } = process;

// Until the launcher looks after it itself: who stops reading (`npm start | head`) does not stop the start.
stdout.on('error', (error) => {
  if (error.code !== 'EPIPE') throw error;
});

/** Shows what is under way, on a terminal with the seconds, and how long it took. */
async function step(zh, en, work) {
  const name = chinese ? zh : en;
  const since = Date.now();
  const passed = () => ((Date.now() - since) / 1000).toFixed(1);
  const draw = () => stdout.isTTY && stdout.write(`\r\x1b[2K… ${name} ${Math.floor(passed())} s`);
  draw();
  const ticking = setInterval(draw, 1000);
  try {
    await work();
  } finally {
    clearInterval(ticking);
    if (stdout.isTTY) stdout.write('\r\x1b[2K');
  }
  console.log(`✓ ${name} (${passed()} s)`);
}

try {
  if (!isPacked()) {
    if (!isInstalled()) await step('安装依赖', 'Packages installed', install);
    if (!isBuilt()) {
      await step('编译', 'Built', async () => {
        const { ok, output } = await build();
        if (!ok) throw new Error(output);
      });
    }
  }
} catch (error) {
  console.error(error.message);
  process.exit(1);
}
await import(pathToFileURL(join(root, 'dist/apps/launcher/src/main.js')).href);
