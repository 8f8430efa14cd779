import { QueryClientProvider } from '@tanstack/react-query';
import { ConfigProvider } from 'antd';
import enGB from 'antd/es/locale/en_GB';
import zhCN from 'antd/es/locale/zh_CN';
import dayjs from 'dayjs';
import 'dayjs/locale/zh-cn';
import { useEffect } from 'react';
import { createBrowserRouter, Navigate } from 'react-router';
import { RouterProvider } from 'react-router/dom';
import { queryClient } from '../lib/api';
import { withoutRuntimeStyle } from '../lib/without-runtime-style';
import { leaveBy } from '../lib/leaving';
import { noteHome } from '../lib/who';
import { useLocale } from '../lib/words';
import { Broken, NotFound } from './broken';
import { routeOfPlace } from './place';
import { places } from './places';
import { MayEnter } from './may-enter';
import { RequireSession, useSession } from './session';
import { Shell } from './shell';

/** Where a person's day begins. */
function Home() {
  const { has } = useSession();
  const path = has('steward', 'office-head') ? '/inbox' : has('supervisor') ? '/trail' : has('requester') ? '/find' : '/account';
  useEffect(() => noteHome(path), [path]);
  return <Navigate to={path} replace />;
}

const router = createBrowserRouter([
  { path: '/setup', lazy: () => import('./set-up-page'), errorElement: <Broken />, HydrateFallback: () => null },
  {
    element: (
      <RequireSession>
        <Shell />
      </RequireSession>
    ),
    errorElement: <Broken />,
    HydrateFallback: () => null,
    children: [
      { path: '/', element: <Home /> },
      {
        element: <MayEnter />,
        errorElement: <Broken />,
        children: places.map(routeOfPlace),
      },
      { path: '*', element: <NotFound /> },
    ],
  },
]);

leaveBy(router);

/** The whole console. */
export function App() {
  const locale = useLocale();
  useEffect(() => void dayjs.locale(locale === 'zh' ? 'zh-cn' : 'en'), [locale]);
  return (
    <ConfigProvider theme={withoutRuntimeStyle} locale={locale === 'zh' ? zhCN : enGB} button={{ autoInsertSpace: false }}>
      <QueryClientProvider client={queryClient}>
        <RouterProvider router={router} />
      </QueryClientProvider>
    </ConfigProvider>
  );
}
