export { describeSettings, settingsTable, type Setting } from './settings-table.js';
export { isLoopback, readSettings, SettingsError, type Settings } from './settings.js';
