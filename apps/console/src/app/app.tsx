import { QueryClientProvider } from '@tanstack/react-query';
import { ConfigProvider } from 'antd';
import enGB from 'antd/es/locale/en_GB';
import zhCN from 'antd/es/locale/zh_CN';
import dayjs from 'dayjs';
import 'dayjs/locale/zh-cn';
import { StrictMode, useEffect, type ReactNode } from 'react';
import { rootNow } from '../lib/drawing';
import { showDrawnTables } from '../lib/fitting-columns';
import { giveInput } from '../lib/held-input';
import { queryClient } from '../lib/api';
import { withoutRuntimeStyle } from '../lib/without-runtime-style';
import { useLocale } from '../lib/words';

/** Who hands in a form by the keyboard goes on at its first fault. */
const leadToFault = { scrollToFirstError: { focus: true } };

/** The whole console around its router, which stands in a browser's address or in a server's memory. */
export function App({ children }: { readonly children: ReactNode }) {
  const locale = useLocale();
  useEffect(() => void dayjs.locale(locale === 'zh' ? 'zh-cn' : 'en'), [locale]);
  // Effects run when the whole page stands.
  useEffect(() => {
    showDrawnTables();
    giveInput();
    // When, for whoever measures or drives the page.
    rootNow()?.setAttribute('data-answers', performance.now().toFixed());
  }, []);
  return (
    <StrictMode>
      <ConfigProvider
        theme={withoutRuntimeStyle}
        locale={locale === 'zh' ? zhCN : enGB}
        button={{ autoInsertSpace: false }}
        form={leadToFault}
      >
        <QueryClientProvider client={queryClient}>{children}</QueryClientProvider>
      </ConfigProvider>
    </StrictMode>
  );
}
