import { routes, type DepartmentView, custodyWords, endReasonWords, word } from '#contracts';
import { generateAgeIdentity, generateSigningKey } from '#crypto';
import { proveKeyPossession, proveRecipientDeclaration } from '#ledger';
import { Option, type Command } from 'commander';
import { act, examples, type Bench, type Desk } from '../desk.js';
import { Stop, usage } from '../exits.js';
import { findDepartment } from '../find/find.js';
import { readRecipient, writeIdentity } from '../keys/identity-file.js';
import { writeSigningKey } from '../keys/signing-key-file.js';
import { openKey } from '../sign/sign-proposal.js';
import { tellOutcome } from '../sign/outcome.js';
import { passwordOption, withPasswordAgain, type PasswordOptions } from '../sign/password-again.js';
import { trustedRoot } from '../sign/trust.js';

/** keys: signing keys and encryption recipients of departments. */
export function keys(program: Command, bench: Bench): void {
  const { say } = bench;
  const group = program
    .command('keys')
    .helpGroup(say({ zh: '部门、人员、密钥', en: 'Departments, people, keys' }))
    .description(say({ zh: '部门的签名密钥与加密接收公钥', en: 'Signing keys and encryption recipients of departments' }));
  makeKeys(group, bench);
  nominate(group, bench);
  listKeys(group, bench);
  endKeys(group, bench);
}

function ofText(bench: Bench): string {
  return bench.say({
    zh: '哪个部门，默认为本部门（主管部门可代办）',
    en: 'of which department; yours when left out (the competent department acts for others)',
  });
}

function makeKeys(group: Command, bench: Bench): void {
  const { say } = bench;
  const fresh = group
    .command('new')
    .description(
      say({
        zh: '在本机生成部门签名密钥（Ed25519，PKCS#8 PEM）',
        en: 'Make a signing key for a department, on this machine (Ed25519, PKCS#8 PEM)',
      }),
    )
    .requiredOption('-o, --out <file>', say({ zh: '写入此文件，仅本人可读', en: 'write it to this file, readable by you alone' }))
    .option(
      '--passphrase',
      say({ zh: '以口令加密（QUANLIAN_KEY_PASSPHRASE）', en: 'encrypt it under a passphrase (QUANLIAN_KEY_PASSPHRASE)' }),
    );
  examples(fresh, bench, 'quanlian keys new --out minzheng.pem --passphrase', 'quanlian keys nominate minzheng.pem');
  act<{ out: string; passphrase?: boolean }>(fresh, bench, async (desk, _, options) => {
    const passphrase = options.passphrase ? await newPassphrase(desk) : undefined;
    const key = generateSigningKey();
    writeSigningKey(options.out, key, passphrase);
    desk.places.keepKey(key.keyId, options.out);
    desk.out.result({ keyId: key.keyId, publicKey: key.publicKey, file: options.out }, () => {
      desk.out.fields([
        [say({ zh: '密钥编号', en: 'Key id' }), key.keyId],
        [say({ zh: '公钥', en: 'Public key' }), key.publicKey],
        [say({ zh: '文件', en: 'File' }), options.out],
      ]);
      desk.out.print(
        say({
          zh: '请妥善备份：文件遗失后只能更换密钥。下一步：quanlian keys nominate ' + options.out,
          en: 'Keep a copy in a safe: a lost key can only be replaced. Next: quanlian keys nominate ' + options.out,
        }),
      );
    });
  });

  const recipient = group
    .command('recipient')
    .description(
      say({
        zh: '在本机生成 age 身份（X25519），用于解密收到的数据',
        en: 'Make an age identity (X25519) on this machine, to decrypt what is received',
      }),
    )
    .requiredOption(
      '-o, --out <file>',
      say({ zh: '写入此文件，仅本人可读', en: 'write it to this file, readable by you alone' }),
    );
  examples(
    recipient,
    bench,
    'quanlian keys recipient --out gongan-identity.txt',
    'quanlian keys nominate-recipient gongan-identity.txt --label 使用人员甲',
  );
  act<{ out: string }>(recipient, bench, async (desk, _, options) => {
    const identity = await generateAgeIdentity();
    writeIdentity(options.out, identity);
    desk.places.keepIdentity(identity.recipient, options.out);
    desk.out.result({ recipient: identity.recipient, file: options.out }, () => {
      desk.out.fields([
        [say({ zh: '接收公钥', en: 'Recipient' }), identity.recipient],
        [say({ zh: '身份文件', en: 'Identity file' }), options.out],
      ]);
      desk.out.print(
        say({
          zh: '身份文件从不离开本机，遗失则无法解密。下一步：quanlian keys nominate-recipient ' + options.out + ' --label 名称',
          en:
            'The identity never leaves this machine; without it nothing can be decrypted. Next: quanlian keys nominate-recipient ' +
            options.out +
            ' --label NAME',
        }),
      );
    });
  });
}

function nominate(group: Command, bench: Bench): void {
  const { say } = bench;
  const key = group
    .command('nominate')
    .description(say({ zh: '申报签名密钥，由主管部门准入', en: 'Nominate a signing key, for the competent department to admit' }))
    .argument('[file]', say({ zh: '部门自持密钥的文件', en: 'file of a key that the department holds itself' }))
    .addOption(
      new Option(
        '--custody <who>',
        say({ zh: '由谁保管；exchange 时由平台生成', en: 'who keeps it; with exchange, the exchange makes it' }),
      ).choices(['department', 'exchange']),
    )
    .option('--of <department>', ofText(bench))
    .option('--trust <file>', say({ zh: '信任根文件，代替已记住的', en: 'trust root file, instead of the pinned one' }));
  examples(key, bench, 'quanlian keys nominate minzheng.pem', 'quanlian keys nominate --custody exchange --of 公安局', [
    'quanlian keys nominate --custody exchange',
    {
      zh: '平台托管：平台运维在技术上可以代签，每份凭证都会注明',
      en: 'custody exchange: its operator could sign, and every proof says so',
    },
  ]);
  act<{ custody?: string; trust?: string; of?: string }>(key, bench, async (desk, [file], options) => {
    const custody = options.custody ?? (file ? 'department' : undefined);
    if (custody === undefined || (custody === 'department') !== (file !== undefined))
      throw usage('请给出密钥文件，或 --custody exchange。', 'Name a key file, or give --custody exchange.');
    const department = await departmentMeant(desk, options.of);
    const body = file === undefined ? { custody: 'exchange' as const } : await possession(desk, department, file, options.trust);
    const proposal = await desk.client.call(routes.nominateKey, { params: { code: department }, body });
    await tellOutcome(desk, proposal, { zh: '已申报签名密钥。', en: 'The key is nominated.' });
  });

  const recipient = group
    .command('nominate-recipient')
    .description(
      say({
        zh: '申报加密接收公钥，由主管部门准入',
        en: 'Nominate an encryption recipient, for the competent department to admit',
      }),
    )
    .argument(
      '<file>',
      say({ zh: 'age 身份文件、公钥文件，或 age1… 本身', en: 'age identity file, file with a recipient, or age1… itself' }),
    )
    .requiredOption(
      '--label <text>',
      say({ zh: '名称，如“使用人员甲”“保险柜备份”', en: 'what it is for, such as “backup in the safe”' }),
    )
    .option(
      '--key <file>',
      say({ zh: '部门自持密钥：由它声明该公钥归本部门', en: 'the department’s own key, which declares the recipient' }),
    )
    .option('--of <department>', ofText(bench))
    .option('--trust <file>', say({ zh: '信任根文件，代替已记住的', en: 'trust root file, instead of the pinned one' }));
  examples(
    recipient,
    bench,
    'quanlian keys nominate-recipient gongan-identity.txt --label 使用人员甲',
    'quanlian keys nominate-recipient age1… --label 保险柜备份 --key gongan.pem',
  );
  act<{ label: string; key?: string; trust?: string; of?: string }>(recipient, bench, async (desk, [text], options) => {
    const named = text ?? '';
    const age = /^age1[a-z0-9]+$/.test(named) ? named : await readRecipient(named);
    const department = await departmentMeant(desk, options.of);
    const declared = await declaration(desk, department, age, options);
    const proposal = await desk.client.call(routes.nominateRecipient, {
      params: { code: department },
      body: { recipient: age, label: options.label, ...declared },
    });
    await tellOutcome(desk, proposal, { zh: `已申报接收公钥 ${age}。`, en: `The recipient ${age} is nominated.` });
  });
}

async function possession(desk: Desk, department: string, file: string, trust: string | undefined) {
  const { keyId, publicKey, key } = await openKey(desk, file);
  const { origin } = await trustedRoot(desk, trust);
  desk.places.keepKey(keyId, file);
  return { custody: 'department' as const, publicKey, proof: proveKeyPossession(origin, department, publicKey, key) };
}

// A department that holds its own key says itself that a recipient is its own; otherwise the exchange, holding the key, does.
async function declaration(desk: Desk, department: string, recipient: string, options: { key?: string; trust?: string }) {
  const { keys: held } = await desk.client.call(routes.department, { params: { code: department } });
  const own = held.find((key) => key.endedAt === undefined && key.custody === 'department');
  const file = options.key ?? desk.env['QUANLIAN_KEY'] ?? (own && desk.places.keyFile(own.keyId));
  if (!own && options.key === undefined) return {};
  if (file === undefined)
    throw new Stop('usage', 'no-key-file', {
      zh: '本部门自持签名密钥，须用 --key 文件 声明该接收公钥。',
      en: 'The department holds its own key: declare the recipient with --key FILE.',
    });
  const { keyId, key } = await openKey(desk, file);
  const { origin } = await trustedRoot(desk, options.trust);
  return { keyId, proof: proveRecipientDeclaration(origin, department, recipient, key) };
}

function listKeys(group: Command, bench: Bench): void {
  const { say } = bench;
  const list = group
    .command('list')
    .description(say({ zh: '列出部门的密钥与接收公钥', en: 'List keys and recipients of a department' }))
    .argument(
      '[department]',
      say({ zh: '部门代码或名称，默认为本部门', en: 'code or name of a department; yours when left out' }),
    )
    .option('--ended', say({ zh: '连同已结束的', en: 'with those that have ended' }));
  examples(list, bench, 'quanlian keys list', 'quanlian keys list 公安局 --ended');
  act<{ ended?: boolean }>(list, bench, async (desk, [text], options) => {
    const found = text
      ? await findDepartment(desk, text)
      : await desk.client.call(routes.department, { params: { code: await departmentMeant(desk) } });
    desk.out.result(found, () => showKeys(desk, found, options.ended === true));
  });
}

/** Keys and recipients as two tables. */
export function showKeys(desk: Desk, department: DepartmentView, ended: boolean): void {
  const { say } = desk;
  const state = (one: { endedAt?: number | undefined; endReason?: string | undefined }) =>
    one.endedAt === undefined
      ? say({ zh: '有效', en: 'in force' })
      : `${say(word(endReasonWords, one.endReason ?? ''))} #${one.endedAt}`;
  const keysShown = department.keys.filter((key) => ended || key.endedAt === undefined);
  const recipientsShown = department.recipients.filter((one) => ended || one.endedAt === undefined);
  desk.out.heading(say({ zh: '签名密钥', en: 'Signing keys' }));
  if (keysShown.length === 0) desk.out.print(say({ zh: '无', en: 'none' }));
  else
    desk.out.table(
      [
        { title: say({ zh: '密钥编号', en: 'Key id' }), of: (key) => key.keyId },
        { title: say({ zh: '保管', en: 'Custody' }), of: (key) => say(word(custodyWords, key.custody)) },
        { title: say({ zh: '准入于', en: 'Admitted' }), of: (key) => `#${key.admittedAt}` },
        { title: say({ zh: '状态', en: 'State' }), of: state },
      ],
      keysShown,
    );
  desk.out.heading(say({ zh: '加密接收公钥', en: 'Recipients' }));
  if (recipientsShown.length === 0) desk.out.print(say({ zh: '无', en: 'none' }));
  else
    desk.out.table(
      [
        { title: say({ zh: '接收公钥', en: 'Recipient' }), of: (one) => one.recipient },
        { title: say({ zh: '名称', en: 'Label' }), of: (one) => one.label, flexible: true },
        { title: say({ zh: '准入于', en: 'Admitted' }), of: (one) => `#${one.admittedAt}` },
        { title: say({ zh: '状态', en: 'State' }), of: state },
      ],
      recipientsShown,
    );
}

type EndOptions = PasswordOptions & { readonly reason: 'rotated' | 'compromised' | 'closed'; readonly of?: string };

function endKeys(group: Command, bench: Bench): void {
  const { say } = bench;
  const reason = () =>
    new Option('--reason <reason>', say({ zh: '原因：更换、泄露、停用', en: 'why it ends' }))
      .choices(['rotated', 'compromised', 'closed'] as const)
      .makeOptionMandatory();
  const key = group
    .command('end')
    .description(say({ zh: '结束一个签名密钥；此前的签名仍可查验', en: 'End a signing key; what it signed stays verifiable' }))
    .argument('<key-id>', say({ zh: '密钥编号或其开头', en: 'key id, or its beginning' }))
    .option('--of <department>', ofText(bench))
    .addOption(reason());
  examples(key, bench, 'quanlian keys end 5d2ad7ab --reason rotated');
  passwordOption(key, bench);
  act<EndOptions>(key, bench, async (desk, [text], options) => {
    const code = await departmentMeant(desk, options.of);
    const { keys: held } = await desk.client.call(routes.department, { params: { code } });
    const { keyId } = one(
      held.filter((each) => each.keyId.startsWith(text ?? '')),
      text ?? '',
    );
    const proposal = await withPasswordAgain(desk, options, (again) =>
      desk.client.call(routes.endKey, { params: { code, keyId }, body: { reason: options.reason, ...again } }),
    );
    await tellOutcome(desk, proposal, { zh: `结束签名密钥 ${keyId}。`, en: `End the signing key ${keyId}.` });
  });

  const recipient = group
    .command('end-recipient')
    .description(
      say({
        zh: '结束一个加密接收公钥；以后的数据不再加密给它',
        en: 'End a recipient; later deliveries are not encrypted to it',
      }),
    )
    .argument('<recipient>', say({ zh: 'age1… 或其开头，或名称', en: 'age1… or its beginning, or its label' }))
    .option('--of <department>', ofText(bench))
    .addOption(reason());
  examples(recipient, bench, 'quanlian keys end-recipient age1qyqs --reason compromised');
  passwordOption(recipient, bench);
  act<EndOptions>(recipient, bench, async (desk, [text], options) => {
    const code = await departmentMeant(desk, options.of);
    const { recipients: held } = await desk.client.call(routes.department, { params: { code } });
    const found = one(
      held.filter((each) => each.endedAt === undefined && (each.recipient.startsWith(text ?? '') || each.label === text)),
      text ?? '',
    );
    const proposal = await withPasswordAgain(desk, options, (again) =>
      desk.client.call(routes.endRecipient, {
        params: { code },
        body: { recipient: found.recipient, reason: options.reason, ...again },
      }),
    );
    await tellOutcome(desk, proposal, { zh: `结束接收公钥 ${found.recipient}。`, en: `End the recipient ${found.recipient}.` });
  });
}

/** The department named, or the one acted for. */
export async function departmentMeant(desk: Desk, named?: string): Promise<string> {
  return named === undefined ? (await desk.client.call(routes.me, {})).department : (await findDepartment(desk, named)).code;
}

function one<T>(found: readonly T[], text: string): T {
  if (found.length === 1) return found[0] as T;
  throw found.length === 0
    ? new Stop('refused', 'unknown', { zh: `没有找到：${text}`, en: `There is no such thing: ${text}` })
    : usage(`“${text}”不唯一，请写得更完整。`, `“${text}” is not unique; write more of it.`);
}

async function newPassphrase(desk: Desk): Promise<string> {
  const variable = 'QUANLIAN_KEY_PASSPHRASE';
  const first = await desk.ask.password({ zh: '设定口令', en: 'New passphrase' }, { variable });
  if (desk.ask.interactive && !desk.env[variable]) {
    const again = await desk.ask.password({ zh: '再输一次', en: 'Once more' }, { variable });
    if (again !== first) throw usage('两次输入不一致。', 'The two differ.');
  }
  return first;
}
