// What the console looks like, as Ant Design's own tokens. Only the build reads this: static-look.mjs makes style sheets of it.
import { theme } from 'antd';

const fonts = `system-ui, -apple-system, 'Segoe UI', 'PingFang SC', 'HarmonyOS Sans SC', 'Microsoft YaHei', 'Noto Sans CJK SC', sans-serif`;
const monospace = `ui-monospace, 'SF Mono', 'Cascadia Mono', Consolas, 'DejaVu Sans Mono', 'Noto Sans Mono CJK SC', monospace`;

/** Our look: calm, dense, one green, little rounding. Every colour pair keeps a contrast of 4.5. */
export function lookOf(shade) {
  const isDark = shade === 'dark';
  return {
    algorithm: isDark ? theme.darkAlgorithm : theme.defaultAlgorithm,
    hashed: false,
    cssVar: { prefix: 'ant', key: 'quanlian' },
    token: {
      fontFamily: fonts,
      fontFamilyCode: monospace,
      fontSize: 14,
      borderRadius: 5,
      controlHeight: 32,
      wireframe: false,
      motionDurationMid: '0.12s',
      motionDurationSlow: '0.16s',
      ...(isDark
        ? {
            colorPrimary: '#3fae97',
            colorInfo: '#5aa7d6',
            colorSuccess: '#5fb575',
            colorWarning: '#d9a544',
            colorError: '#ff9a8c',
            colorLink: '#62c4ae',
            colorBgBase: '#101514',
            // Derived from a base with a tint, these come out teal: they are console.css's sheet and lines.
            colorBgContainer: '#151b19',
            colorBgElevated: '#1c2422',
            colorBgLayout: '#0c1110',
            colorBorder: '#3b4743',
            colorBorderSecondary: '#2b3431',
            colorFillTertiary: '#212a27',
            colorFillSecondary: '#28322f',
            colorBgTextHover: '#212a27',
            colorTextBase: '#e3e9e7',
            colorTextSecondary: '#a9b5b1',
            colorTextTertiary: '#93a09c',
            colorTextDescription: '#a9b5b1',
            colorTextPlaceholder: '#8b9894',
          }
        : {
            colorPrimary: '#14665a',
            colorInfo: '#1e6a96',
            colorSuccess: '#2b7a44',
            colorWarning: '#946300',
            colorError: '#b8352a',
            colorLink: '#14665a',
            colorBgLayout: '#f4f6f5',
            colorTextBase: '#17201e',
            colorTextSecondary: '#4d5a56',
            colorTextTertiary: '#5d6a66',
            colorTextDescription: '#4d5a56',
            colorTextPlaceholder: '#67736f',
            // What Ant Design derives from colours as dark as these is grey and too dark to write on; these are console.css's washes.
            colorPrimaryBg: '#e3efec',
            colorPrimaryBgHover: '#d3e6e1',
            colorPrimaryBorder: '#a3cabf',
            colorSuccessBg: '#e4f2e7',
            colorSuccessBgHover: '#d5eadb',
            colorSuccessBorder: '#a9d0b4',
            colorSuccessHover: '#35905a',
            colorWarningBg: '#fbf1dc',
            colorWarningBgHover: '#f7e7c3',
            colorWarningBorder: '#e3c98f',
            colorErrorBg: '#fbe9e6',
            colorErrorBgHover: '#f7d9d4',
            colorErrorBorder: '#e6b3ab',
            colorInfoBg: '#e3eff6',
            colorInfoBgHover: '#d2e5f0',
            colorInfoBorder: '#a5cadf',
            controlItemBgActive: '#e3efec',
            controlItemBgActiveHover: '#d3e6e1',
          }),
    },
    components: {
      Button: {
        primaryShadow: 'none',
        defaultShadow: 'none',
        dangerShadow: 'none',
        // White on the lighter green of the dark shade would fall below 4.5.
        ...(isDark ? { primaryColor: '#06110e' } : {}),
      },
      Form: { itemMarginBottom: 14, verticalLabelPadding: '0 0 4px' },
      Modal: { titleFontSize: 16 },
    },
  };
}
