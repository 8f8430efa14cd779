// The style sheet of the Ant Design components that the console uses, made once at build time: no component writes style at run time
// (`zeroRuntime`), so the first screen is not paid for with CPU. Which components these are is read from the sources' own imports.
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import * as antd from 'antd';
import { extractStyle } from '@ant-design/static-style-extract';
import { createElement } from 'react';

const known = new Set(Object.keys(antd));

// Components whose styles come with another's.
const comesWith = {
  Checkbox: ['Checkbox'],
  Select: ['Select', 'Empty'],
  Table: ['Table', 'Pagination', 'Spin', 'Empty', 'Checkbox', 'Dropdown', 'Radio'],
  Modal: ['Modal', 'Button'],
  App: ['App', 'message', 'notification', 'Modal', 'Button'],
  Upload: ['Upload', 'Progress', 'Tooltip'],
  DatePicker: ['DatePicker', 'Button', 'Tag'],
  Form: ['Form', 'Tooltip'],
  Popconfirm: ['Popconfirm', 'Popover', 'Button'],
};

function* sources(folder) {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* sources(path);
    else if (path.endsWith('.tsx')) yield path;
  }
}

/** Names that the sources import from `antd`. */
export function usedComponents(folder) {
  const used = new Set();
  for (const path of sources(folder)) {
    for (const [, names] of readFileSync(path, 'utf8').matchAll(/import \{([^}]*)\} from 'antd'/g)) {
      for (const name of names.split(',').map((one) => one.trim().replace(/ as .*/, ''))) {
        if (!/^[A-Z]/.test(name) || !known.has(name)) continue;
        used.add(name);
        for (const other of comesWith[name] ?? []) used.add(other);
      }
    }
  }
  return [...used].toSorted((a, b) => (a < b ? -1 : 1));
}

/** CSS of these components under the console's prefix for variables; the variables themselves are set at run time, by theme. */
export function componentStyles(folder, theme) {
  const includes = usedComponents(folder).filter((name) => !['ConfigProvider', 'Grid', 'theme'].includes(name));
  const warn = console.error;
  // Rendering components without their data makes React warn; only the styles are wanted.
  console.error = () => {};
  try {
    return extractStyle({
      includes,
      customTheme: (node) => createElement(antd.ConfigProvider, { theme }, node),
    }).replaceAll(/<\/?style[^>]*>/g, '');
  } finally {
    console.error = warn;
  }
}
