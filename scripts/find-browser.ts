/** Finds a Chrome or Chromium on this machine, and gets one where there is none. */

import {spawnSync, type SpawnSyncOptions} from 'node:child_process';
import {accessSync, constants, existsSync} from 'node:fs';
import {homedir} from 'node:os';
import {delimiter, join} from 'node:path';
import {
  Browser,
  detectBrowserPlatform,
  getInstalledBrowsers,
  install,
  resolveBuildId,
} from '@puppeteer/browsers';

/** Names under which package managers install it. */
const COMMANDS = [
  'google-chrome-stable',
  'google-chrome',
  'chromium',
  'chromium-browser',
  'chrome',
  'chrome.exe',
];

/** Places where installers for macOS and Windows put it. */
const PLACES = [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  join(homedir(), 'Applications/Google Chrome.app/Contents/MacOS/Google Chrome'),
  ...['PROGRAMFILES', 'PROGRAMFILES(X86)', 'LOCALAPPDATA'].flatMap(name => {
    const folder = process.env[name];
    return folder ? [join(folder, 'Google/Chrome/Application/chrome.exe')] : [];
  }),
];

/** Debian's names of the browser and of Mesa, which draws WebGL where there is no GPU. */
const DEBIAN_PACKAGES = ['chromium', 'libegl1', 'libgl1-mesa-dri'];

/** Where a downloaded browser is kept. */
export const BROWSER_CACHE = join(import.meta.dirname, '../.cache/browsers');

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/**
 * Looks for a browser: `CHROME_PATH` first, then the usual names and places, then the cache.
 *
 * @returns Path of the executable, or undefined if there is none.
 * @throws Error if `CHROME_PATH` is set and names no executable.
 */
export async function findBrowser(): Promise<string | undefined> {
  const wanted = process.env.CHROME_PATH;
  if (wanted) {
    if (isExecutable(wanted)) return wanted;
    throw new Error(`findBrowser: CHROME_PATH must name an executable; got ${wanted}`);
  }
  const folders = (process.env.PATH ?? '').split(delimiter).filter(Boolean);
  const commands = COMMANDS.flatMap(name => folders.map(folder => join(folder, name)));
  const found = [...commands, ...PLACES].find(isExecutable);
  if (found) return found;
  const downloaded = await getInstalledBrowsers({cacheDir: BROWSER_CACHE});
  return downloaded.map(browser => browser.executablePath).find(isExecutable);
}

/** Installs Debian's packages. @returns Whether that was possible and went well. */
function installFromDebian(): boolean {
  if (process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get')) return false;
  const options: SpawnSyncOptions = {
    stdio: ['ignore', 'inherit', 'inherit'],
    env: {...process.env, DEBIAN_FRONTEND: 'noninteractive'},
  };
  console.log(`No browser found: installing ${DEBIAN_PACKAGES.join(', ')}.`);
  return [
    ['update', '-q'],
    ['install', '-q', '-y', '--no-install-recommends', ...DEBIAN_PACKAGES],
  ].every(args => spawnSync('apt-get', args, options).status === 0);
}

/** Downloads Chrome into the cache. @returns Path of the executable. */
async function download(): Promise<string> {
  const platform = detectBrowserPlatform();
  if (!platform) throw new Error(`no Chrome is published for ${process.platform} ${process.arch}`);
  console.log('No browser found: downloading Chrome for Testing.');
  const buildId = await resolveBuildId(Browser.CHROME, platform, 'stable');
  const installed = await install({browser: Browser.CHROME, buildId, cacheDir: BROWSER_CACHE});
  return installed.executablePath;
}

/**
 * Finds a browser or gets one: from the system's packages as root on Debian, else by download.
 *
 * @returns Path of the executable.
 * @throws Error with a sentence that says what to install if there is no way.
 */
export async function findOrInstallBrowser(): Promise<string> {
  const found = await findBrowser();
  if (found) return found;
  if (installFromDebian()) {
    const installed = await findBrowser();
    if (installed) return installed;
  }
  try {
    return await download();
  } catch (error) {
    throw new Error(
      'Install Chrome or Chromium, or name its executable in CHROME_PATH: ' +
        'none was found here, and none could be downloaded.',
      {cause: error}
    );
  }
}

/**
 * Whether the system's EGL is there, through which Chrome reaches the GPU's driver
 * or, where there is no GPU, Mesa's software renderer.
 */
export function hasSystemEgl(): boolean {
  const listed = spawnSync('/sbin/ldconfig', ['-p'], {encoding: 'utf8'}).stdout ?? '';
  return /libEGL\.so\.1\b/.test(listed) && /libEGL_(mesa|nvidia)\.so/.test(listed);
}

/** Command-line flags that make WebGL 2 and WebGPU work without a display and without a GPU. */
export function browserFlags(): string[] {
  const flags = [
    '--no-sandbox',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
    '--ignore-gpu-blocklist',
    '--enable-unsafe-webgpu',
  ];
  if (process.platform !== 'linux') return flags;
  return hasSystemEgl()
    ? [...flags, '--use-gl=angle', '--use-angle=gl-egl']
    : [...flags, '--use-angle=swiftshader', '--enable-unsafe-swiftshader'];
}
