import { routes, type Item, type KeyListView } from '#contracts';
import { InboxOutlined } from '@ant-design/icons';
import { Button, Progress, Select } from 'antd';
import { useEffect, useId, useRef, useState, type DragEvent } from 'react';
import { isLoggedOut, problemOf, randomHex, useRead } from '../lib/api';
import { bytes, count } from '../lib/numbers';
import { FileUnread, giveUp, goesOnWith, sendFile } from '../lib/send-file';
import { useWarnBeforeLeaving } from '../lib/warn-before-leaving';
import { defineWords, useLocale, useWords } from '../lib/words';
import { useEarlierList, useKeptList } from './kept-list';
import { RefusalNote } from './refusal-note';
import './key-list.css';

const words = defineWords('key-list', {
  lead: {
    zh: '只要名单上的那些行：每行一个键，或表头含有该数据项名称的表格（文本、CSV、Excel 工作簿、Parquet 等，最多 100 万个键）。个人信息也可以这样选。',
    en: 'Only the rows on a list: one key a line, or a table whose header names the item (text, CSV, Excel workbook, Parquet and others, at most 1,000,000 keys). Personal items can be chosen by this too.',
  },
  item: { zh: '名单上是哪个数据项', en: 'Which item the list holds' },
  chooseItem: { zh: '选择数据项', en: 'Choose an item' },
  drop: { zh: '把名单文件拖到这里，或', en: 'Drop the list here, or' },
  choose: { zh: '选择文件', en: 'choose a file' },
  itemFirst: { zh: '先选数据项，再选文件。', en: 'Choose the item first, then the file.' },
  sending: { zh: '正在上传“{{name}}”：{{sent}} / {{size}}', en: 'Sending “{{name}}”: {{sent}} of {{size}}' },
  unread: {
    zh: '文件没有读完：它可能被移走，或正被其他程序修改。请重新选择。',
    en: 'The file could not be read to its end: it was moved, or another program is changing it. Choose it again.',
  },
  earlier: {
    zh: '“{{name}}”的上传没有完成（{{sent}} / {{size}}）。再选同一个文件，就从断开处继续。',
    en: '“{{name}}” was sent in part ({{sent}} of {{size}}). Choose the same file again and it goes on from there.',
  },
  checking: { zh: '已上传，正在核对每一行…', en: 'Sent; each line is being checked…' },
  cancel: { zh: '取消', en: 'Cancel' },
  taken: {
    zh: '“{{name}}”：收下 {{count}} 个不同的键。',
    en: { one: '“{{name}}”: {{count}} key taken.', other: '“{{name}}”: {{count}} different keys taken.' },
  },
  duplicates: {
    zh: '重复 {{count}} 行，只算一次。',
    en: { one: '{{count}} line repeats a key and counts once.', other: '{{count}} lines repeat a key and count once.' },
  },
  malformed: {
    zh: '{{count}} 行无法识别，未计入：',
    en: {
      one: '{{count}} line could not be read and is left out:',
      other: '{{count}} lines could not be read and are left out:',
    },
  },
  more: {
    zh: '只列出前 {{count}} 行。',
    en: { one: 'Only the first is listed.', other: 'Only the first {{count}} are listed.' },
  },
  line: { zh: '行', en: 'Line' },
  reason: { zh: '原因', en: 'Why' },
  'value-misfit': { zh: '不是该数据项的值', en: 'No value of this item' },
  'too-long': { zh: '太长', en: 'Too long' },
  'control-character': { zh: '含控制字符', en: 'Holds a control character' },
  'fields-differ': { zh: '列数与表头不同', en: 'Another number of columns than the header' },
  sealed: {
    zh: '记入账本的只有它的承诺值 {{commitment}}… 和键数；名单本身加密保存，谁也看不到，包括提供部门。',
    en: 'Only its commitment {{commitment}}… and the number of keys are sealed; the list itself is kept encrypted and shown to nobody, the provider included.',
  },
  destroyed: { zh: '名单已销毁，不能再据以选取。', en: 'The list is destroyed; nothing can be chosen by it.' },
});

/** What the exchange took of a list: keys, repetitions, lines left out, and what of it is sealed. Never the keys. */
export function KeyListFacts({ list }: { readonly list: KeyListView }) {
  const say = useWords(words);
  const locale = useLocale();
  const { first, count: malformed } = list.malformed;
  return (
    <div className="key-list-facts">
      <p>
        <b>{say('taken', { name: list.fileName, count: list.count })}</b>{' '}
        {list.duplicates > 0 ? say('duplicates', { count: list.duplicates }) : null}{' '}
        {list.destroyedAt ? <b className="key-list-bad">{say('destroyed')}</b> : null}
      </p>
      {malformed > 0 ? (
        <>
          <p className="key-list-bad">{say('malformed', { count: malformed })}</p>
          <div className="key-list-lines">
            <table>
              <thead>
                <tr>
                  <th scope="col">{say('line')}</th>
                  <th scope="col">{say('reason')}</th>
                </tr>
              </thead>
              <tbody>
                {first.map(({ line, reason }) => (
                  <tr key={line}>
                    <td>{count(line, locale)}</td>
                    <td>{say(reason)}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
          {malformed > first.length ? <p className="quiet">{say('more', { count: first.length })}</p> : null}
        </>
      ) : null}
      <p className="quiet">{say('sealed', { commitment: list.commitment.slice(0, 12) })}</p>
    </div>
  );
}

/** The same of a list that one knows by its id; nothing where it may not be read. */
export function KeyListById({ id }: { readonly id: string }) {
  const list = useRead(routes.keyList, { params: { id } }, { staleTime: 300_000 });
  return list.data ? <KeyListFacts list={list.data} /> : null;
}

type Sending =
  | { readonly state: 'none' }
  | { readonly state: 'sending'; readonly name: string; readonly size: number; readonly sent: number };

/**
 * Sends a key list for a dataset: the item, then a file dropped or chosen. `onTaken` when the exchange has checked every line. Whoever
 * leaves the page meanwhile finds the list as it is by then, and goes on with the same file.
 */
export function KeyListUpload({
  dataset,
  items,
  onTaken,
  onCancel,
}: {
  readonly dataset: string;
  readonly items: readonly Item[];
  readonly onTaken: (list: KeyListView) => void;
  readonly onCancel: () => void;
}) {
  const say = useWords(words);
  const input = useRef<HTMLInputElement>(null);
  const itemId = useId();
  const kept = useKeptList(dataset);
  const earlier = useEarlierList(dataset, onTaken);
  const [item, setItem] = useState(() => kept.read()?.item ?? likelyKey(items)?.name);
  const [isOver, setOver] = useState(false);
  const [sending, setSending] = useState<Sending>({ state: 'none' });
  const [error, setError] = useState<unknown>();
  const [fault, setFault] = useState<string>();
  const stop = useRef(new AbortController());
  useEffect(() => {
    const controller = new AbortController();
    stop.current = controller;
    return () => controller.abort();
  }, []);
  const isSending = sending.state === 'sending';
  useWarnBeforeLeaving(isSending);

  function take(file: File | undefined) {
    if (file === undefined || sending.state === 'sending') return;
    setError(undefined);
    setFault(undefined);
    if (item === undefined) return setFault(say('itemFirst'));
    const { name, size } = file;
    setSending({ state: 'sending', name, size, sent: 0 });
    const { signal } = stop.current;
    const sendIt = async () => {
      const before = kept.read();
      const isAlike = before?.name === name && before.sizeBytes === size && before.item === item;
      const isBegun = isAlike && (await goesOnWith(file, before.id));
      if (before && !isBegun) void giveUp(before.id);
      const upload = isBegun ? before.id : randomHex(16);
      kept.keep({ id: upload, item, name, sizeBytes: size });
      return sendFile({ route: routes.beginKeyList, dataset, query: { item, fileName: name } }, upload, file, {
        signal,
        isBegun,
        onProgress: (sent) => setSending({ state: 'sending', name, size, sent }),
      });
    };
    void sendIt()
      .then(({ keyList }) => {
        kept.forget();
        return keyList && onTaken(keyList);
      })
      .catch((refused: unknown) => {
        // Left or cancelled: what was to be said is said.
        if (signal.aborted) return undefined;
        // What the exchange refused is not gone on with; a line that broke is.
        if (problemOf(refused) && !isLoggedOut(refused)) kept.forget();
        if (refused instanceof FileUnread) setFault(say('unread'));
        else setError(refused);
        setSending({ state: 'none' });
        return undefined;
      });
  }
  function cancel() {
    stop.current.abort();
    const now = kept.read();
    kept.forget();
    if (now) void giveUp(now.id);
    onCancel();
  }
  const drag = (over: boolean) => (event: DragEvent) => {
    event.preventDefault();
    setOver(over);
  };
  return (
    <div className="key-list">
      <p className="quiet">{say('lead')}</p>
      {earlier && sending.state === 'none' ? (
        <p role="status">
          {say('earlier', { name: earlier.name, sent: bytes(earlier.arrived), size: bytes(earlier.sizeBytes) })}
        </p>
      ) : null}
      <div className="key-list-item">
        <label htmlFor={itemId}>{say('item')}</label>
        <Select
          id={itemId}
          placeholder={say('chooseItem')}
          showSearch={{ optionFilterProp: 'label' }}
          popupMatchSelectWidth={false}
          {...(item === undefined ? {} : { value: item })}
          options={items.map(({ name, title }) => ({ value: name, label: title }))}
          onChange={setItem}
        />
      </div>
      {sending.state === 'sending' ? (
        <div role="status">
          <p>
            {sending.sent < sending.size
              ? say('sending', { name: sending.name, sent: bytes(sending.sent), size: bytes(sending.size) })
              : say('checking')}
          </p>
          <Progress
            percent={Math.round((100 * sending.sent) / Math.max(1, sending.size))}
            aria-label={sending.name}
            status={sending.sent < sending.size ? 'normal' : 'active'}
          />
        </div>
      ) : (
        <div
          className={isOver ? 'key-list-drop key-list-over' : 'key-list-drop'}
          onDragOver={drag(true)}
          onDragEnter={drag(true)}
          onDragLeave={drag(false)}
          onDrop={(event) => {
            drag(false)(event);
            take(event.dataTransfer.files[0]);
          }}
        >
          <InboxOutlined aria-hidden="true" /> {say('drop')}{' '}
          <Button onClick={() => input.current?.click()}>{say('choose')}</Button>
          <input
            ref={input}
            type="file"
            hidden
            aria-label={say('choose')}
            onChange={({ target }) => {
              take(target.files?.[0]);
              // The same file chosen again, mended, is a change too.
              target.value = '';
            }}
          />
        </div>
      )}
      {fault === undefined ? null : (
        <p className="key-list-bad" role="alert">
          {fault}
        </p>
      )}
      <RefusalNote error={error} />
      <Button size="small" type="text" onClick={cancel}>
        {say('cancel')}
      </Button>
    </div>
  );
}

/** What lists usually hold: an ID or a registered code. */
function likelyKey(items: readonly Item[]): Item | undefined {
  return (
    items.find(
      ({ name, title }) => /身份证|身份号码|证件号|统一社会信用代码/.test(title) || /idnumber|ownerid|uscc/i.test(name),
    ) ?? items.find(({ required, type }) => required && type === 'C')
  );
}
