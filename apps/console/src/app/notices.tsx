import { routes } from '#contracts';
import { BellOutlined } from '@ant-design/icons';
import { Button } from 'antd';
import { lazy, Suspense, useState } from 'react';
import { Link } from 'react-router';
import { Whole } from '../components/whole';
import { Instant } from '../components/instant';
import { useReadPages, useSend } from '../lib/api';
import { usePick, useWords } from '../lib/words';
import { noticePath } from './notice-path';
import { appWords } from './words';

const SideSheet = lazy(() => import('../components/side-sheet'));
/** How many unread notices are counted out on the bell. */
const most = 49;

/** The bell: what the exchange wants this person to know. */
export function Notices() {
  const say = useWords(appWords);
  const pick = usePick();
  const [isOpen, setOpen] = useState(false);
  const notices = useReadPages(routes.notices, {}, { pageSize: 50 });
  const read = useSend(routes.readNotice, { refresh: ['trail'] });
  const readAll = useSend(routes.readAllNotices, { refresh: ['trail'] });
  const unread = notices.first?.unread ?? 0;
  return (
    <>
      <Button type="text" aria-label={`${say('notices')} ${unread}`} onClick={() => setOpen(true)} icon={<BellOutlined />}>
        {unread > 0 ? <span className="notice-count">{unread > most ? `${most}+` : unread}</span> : null}
      </Button>
      {isOpen ? (
        <Suspense>
          <SideSheet
            open
            onClose={() => setOpen(false)}
            title={say('notices')}
            size={420}
            extra={
              unread > 0 ? (
                <Button type="text" size="small" loading={readAll.isPending} onClick={() => readAll.mutate({})}>
                  {say('markAllRead')}
                </Button>
              ) : null
            }
          >
            <Whole reading={notices} empty={notices.items.length === 0 ? say('noNotices') : undefined}>
              <ul className="plain">
                {notices.items.map((notice) => (
                  <li key={notice.id} className={notice.read ? 'notice' : 'notice notice-new'}>
                    <NoticeText
                      path={noticePath(notice)}
                      text={pick(notice.sentence)}
                      onOpen={() => {
                        if (!notice.read) read.mutate({ params: { id: notice.id } });
                        if (noticePath(notice) !== undefined) setOpen(false);
                      }}
                    />
                    <Instant at={notice.at} />
                  </li>
                ))}
              </ul>
              {notices.hasNextPage ? (
                <Button block loading={notices.isFetchingNextPage} onClick={() => void notices.fetchNextPage()}>
                  {say('olderNotices')}
                </Button>
              ) : null}
            </Whole>
          </SideSheet>
        </Suspense>
      ) : null}
    </>
  );
}

/** Opens what the notice is about, and counts as having read it. */
function NoticeText({
  path,
  text,
  onOpen,
}: {
  readonly path: string | undefined;
  readonly text: string;
  readonly onOpen: () => void;
}) {
  if (path === undefined)
    return (
      <Button type="text" block onClick={onOpen}>
        <span className="notice-text">{text}</span>
      </Button>
    );
  return (
    <Link to={path} className="notice-text" onClick={onOpen}>
      {text}
    </Link>
  );
}
