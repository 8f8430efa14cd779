import { routes } from '#contracts';
import { BellOutlined } from '@ant-design/icons';
import { Badge, Button, Drawer } from 'antd';
import { useState } from 'react';
import { Whole } from '../components/whole';
import { Instant } from '../components/instant';
import { useReadPages, useSend } from '../lib/api';
import { usePick, useWords } from '../lib/words';
import { appWords } from './words';

/** The bell: what the exchange wants this person to know. */
export function Notices() {
  const say = useWords(appWords);
  const pick = usePick();
  const [isOpen, setOpen] = useState(false);
  const notices = useReadPages(routes.notices, {}, { pageSize: 50 });
  const read = useSend(routes.readNotice, { refresh: ['trail'] });
  const unread = notices.items.filter((notice) => !notice.read).length;
  return (
    <>
      <Button
        type="text"
        aria-label={`${say('notices')} ${unread}`}
        onClick={() => setOpen(true)}
        icon={
          <Badge count={unread} size="small" overflowCount={49}>
            <BellOutlined />
          </Badge>
        }
      />
      <Drawer open={isOpen} onClose={() => setOpen(false)} title={say('notices')} size={420}>
        <Whole reading={notices} empty={notices.items.length === 0 ? say('noNotices') : undefined}>
          <ul className="plain">
            {notices.items.map((notice) => (
              <li key={notice.id} className={notice.read ? 'notice' : 'notice notice-new'}>
                <Button type="text" block onClick={() => notice.read || read.mutate({ params: { id: notice.id } })}>
                  <span className="notice-text">{pick(notice.sentence)}</span>
                </Button>
                <Instant at={notice.at} />
              </li>
            ))}
          </ul>
        </Whole>
      </Drawer>
    </>
  );
}
