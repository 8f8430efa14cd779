import { ConfigProvider, message } from 'antd';
import { withoutRuntimeStyle } from './without-runtime-style';

// It is drawn outside the console's own tree, so it is told again what holds there.
ConfigProvider.config({ holderRender: (box) => <ConfigProvider theme={withoutRuntimeStyle}>{box}</ConfigProvider> });

export { message };
