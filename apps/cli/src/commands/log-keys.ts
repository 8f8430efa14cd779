import { endReasonWords, routes, word, type ProposalView } from '#contracts';
import { encodeVerifierKey, verifierKeyOf } from '#ledger';
import { Option, type Command } from 'commander';
import { act, examples, type Bench } from '../desk.js';
import { Stop } from '../exits.js';
import { tellOutcome } from '../sign/outcome.js';
import { passwordOption, withPasswordAgain, type PasswordOptions } from '../sign/password-again.js';

/** log-keys: the keys by which the log speaks. */
export function logKeys(program: Command, bench: Bench): void {
  const { say } = bench;
  const group = program
    .command('log-keys')
    .helpGroup(say({ zh: '部门、人员、密钥', en: 'Departments, people, keys' }))
    .description(say({ zh: '账本密钥：为账本签封与回执签名', en: 'Keys of the log: they sign its checkpoints and receipts' }));
  list(group, bench);
  nominate(group, bench);
  end(group, bench);
}

function list(group: Command, bench: Bench): void {
  const { say } = bench;
  const command = group
    .command('list')
    .description(say({ zh: '列出账本密钥，最新的在前', en: 'List the keys of the log, the newest first' }));
  examples(command, bench, 'quanlian log-keys list');
  act(command, bench, async (desk) => {
    const answer = await desk.client.call(routes.logKeys, {});
    desk.out.result(answer, () => {
      desk.out.table(
        [
          { title: say({ zh: '密钥编号', en: 'Key id' }), of: (key) => key.keyId },
          { title: say({ zh: '公钥', en: 'Public key' }), of: (key) => key.publicKey },
          { title: say({ zh: '准入于', en: 'Admitted' }), of: (key) => `#${key.admittedAt}` },
          {
            title: say({ zh: '状态', en: 'State' }),
            of: (key) =>
              key.endedAt === undefined
                ? say({ zh: '有效', en: 'in force' })
                : `${say(word(endReasonWords, key.endReason ?? ''))} #${key.endedAt}`,
          },
        ],
        answer.items,
      );
    });
  });
}

function nominate(group: Command, bench: Bench): void {
  const { say } = bench;
  const command = group.command('new').description(
    say({
      zh: '由平台生成新的账本密钥，待主管部门准入；准入后与原密钥同时签名',
      en: 'Have the exchange make a further log key, for the competent department to admit; from then on both sign',
    }),
  );
  examples(command, bench, 'quanlian log-keys new');
  act(command, bench, async (desk) => {
    const proposal = await desk.client.call(routes.nominateLogKey, {});
    const verifierKey = verifierLineOf(proposal);
    const done = { zh: '已生成账本密钥。', en: 'A log key was made.' };
    await tellOutcome(desk, proposal, done, (told) => ({ ...told, verifierKey }));
    // Printed, so that it can be compared with what `/log/vkey` says: a witness without the trust root is given it over another channel.
    desk.out.fields([[say({ zh: '验证公钥', en: 'Verifier key' }), verifierKey]]);
  });
}

/** The new key as witnesses and verifiers write it (C2SP signed-note). */
function verifierLineOf({ statement }: ProposalView): string | undefined {
  const { publicKey } = statement.body as { readonly publicKey?: string };
  return publicKey === undefined ? undefined : encodeVerifierKey(verifierKeyOf(statement.origin, 'ed25519', publicKey));
}

function end(group: Command, bench: Bench): void {
  const { say } = bench;
  const command = group
    .command('end')
    .description(
      say({
        zh: '结束一个账本密钥；此前的签封与回执仍可查验',
        en: 'End a log key; checkpoints and receipts that it signed stay verifiable',
      }),
    )
    .argument('<key-id>', say({ zh: '密钥编号或其开头', en: 'key id, or its beginning' }))
    .addOption(
      new Option('--reason <reason>', say({ zh: '原因：更换、泄露、遗失', en: 'why it ends' }))
        .choices(['rotated', 'compromised', 'lost'] as const)
        .makeOptionMandatory(),
    );
  examples(command, bench, 'quanlian log-keys end 5d2ad7ab --reason rotated');
  passwordOption(command, bench);
  act<PasswordOptions & { reason: 'rotated' | 'compromised' | 'lost' }>(command, bench, async (desk, [text = ''], options) => {
    const { items } = await desk.client.call(routes.logKeys, {});
    const [found, ...more] = items.filter(({ keyId }) => keyId.startsWith(text));
    if (!found || more.length > 0)
      throw new Stop('refused', 'unknown', { zh: `没有唯一的账本密钥：${text}`, en: `There is no single such log key: ${text}` });
    const { keyId } = found;
    const proposal = await withPasswordAgain(desk, options, (again) =>
      desk.client.call(routes.endLogKey, { params: { keyId }, body: { reason: options.reason, ...again } }),
    );
    await tellOutcome(desk, proposal, { zh: `结束账本密钥 ${keyId}。`, en: `End the log key ${keyId}.` });
  });
}
