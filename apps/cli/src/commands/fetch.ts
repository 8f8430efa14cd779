import { routes } from '#contracts';
import type { Command } from 'commander';
import { act, examples, type Bench } from '../desk.js';
import { usage } from '../exits.js';
import { findDelivery } from '../find/find.js';
import { fetchDelivery, isFetchOpened } from '../pull/fetch.js';
import { checkFree, receiveOptionsOf, receivingOptions, tellReceived, type ReceivingOptions } from './receiving.js';

/** fetch: receives a delivery that was pulled before, in the console or on another machine. */
export function fetchCommand(program: Command, bench: Bench): void {
  const { say } = bench;
  const command = program
    .command('fetch')
    .helpGroup(say({ zh: '提取数据', en: 'Data received' }))
    .summary(say({ zh: '接收已提取的数据，直到回执', en: 'Receive what was pulled already, to the receipt' }))
    .description(
      say({
        zh: '接收已在浏览器或另一台电脑上提取的数据：等待、下载、与账本核对、解密、校验、签署回执。不另计用量',
        en: 'Receive what was pulled in a browser or on another machine: wait, download, match to the ledger, decrypt, check, sign the receipt. Takes nothing of the quota',
      }),
    )
    .argument('<delivery>', say({ zh: '数据提供编号或其开头', en: 'id of the delivery, or its beginning' }))
    .requiredOption('-o, --out <file>', say({ zh: '写入此文件', en: 'write the rows to this file' }));
  receivingOptions(command, bench);
  examples(
    command,
    bench,
    'quanlian fetch 3fa94c21 -o villages.csv --identity gongan-identity.txt',
    'quanlian fetch 3fa94c21 -o villages.csv --keep-age --no-receipt',
  );
  act<ReceivingOptions>(command, bench, async (desk, [text], options) => {
    const delivery = await findDelivery(desk, text ?? '');
    const { department } = await desk.client.call(routes.me, {});
    if (delivery.grantee !== department)
      throw usage('这次数据提供不是给本部门的。', 'The delivery is not to the department that you act for.');
    const order = { ...receiveOptionsOf(options), delivery: delivery.id, right: delivery.right, dataset: delivery.dataset };
    checkFree(options, isFetchOpened(desk, order));
    const received = await fetchDelivery(desk, order);
    desk.out.result(received, () => tellReceived(desk, received, { ...delivery, withReceipt: order.withReceipt }));
  });
}
