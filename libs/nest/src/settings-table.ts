import { isIP } from 'node:net';
import { z } from 'zod';

export type Language = 'zh' | 'en';
export type Both = Readonly<Record<Language, string>>;

export interface Setting<T = unknown> {
  readonly name: `QUANLIAN_${string}`;
  /** Reads the text; undefined is "not set". */
  readonly schema: z.ZodType<T, string | undefined>;
  /** The default as people read it. */
  readonly default: Both;
  readonly meaning: Both;
  /** What happens when its value is lost or wrong. */
  readonly loss: Both;
  /** May also be given as a file: `<name>_FILE` holds its path (secrets of containers and of systemd). */
  readonly isSecret?: true;
}

const same = (text: string): Both => ({ zh: text, en: text });
const unset: Both = { zh: '无', en: 'none' };
const harmless: Both = { zh: '无损失；设回即可。', en: 'Nothing; set it again.' };

const text = z.string().optional();
const whole = (least: number, most: number, otherwise: number) =>
  z
    .string()
    .regex(/^\d+$/, { error: `a whole number from ${least} to ${most}` })
    .transform(Number)
    .refine((value) => value >= least && value <= most, { error: `a whole number from ${least} to ${most}` })
    .optional()
    .transform((value) => value ?? otherwise);
const address = (...protocols: string[]) =>
  z
    .string()
    .refine((value) => URL.canParse(value) && protocols.includes(new URL(value).protocol), {
      error: `an address with ${protocols.join(' or ')}//`,
    })
    .optional();

function isAddressOrSubnet(part: string): boolean {
  const [ip = '', bits, ...rest] = part.split('/');
  const version = isIP(ip);
  if (!version || rest.length) return false;
  return bits === undefined || (/^\d+$/.test(bits) && Number(bits) <= (version === 4 ? 32 : 128));
}

/** Every setting, once: what it is called, what it means, and what its loss would cost. docs/OPERATE.md is made from this. */
export const settingsTable = {
  port: {
    name: 'QUANLIAN_PORT',
    schema: whole(1, 65535, 8080),
    default: same('8080'),
    meaning: { zh: '服务端口。', en: 'The port that people and systems connect to.' },
    loss: harmless,
  },
  host: {
    name: 'QUANLIAN_HOST',
    schema: z.string().default('127.0.0.1'),
    default: same('127.0.0.1'),
    meaning: {
      zh: '监听地址。超出本机时必须有证书或指明可信代理，否则拒绝启动。',
      en: 'The address to listen on. Beyond this machine it needs a certificate or a named trusted proxy, else the start is refused.',
    },
    loss: harmless,
  },
  dataDir: {
    name: 'QUANLIAN_DATA_DIR',
    schema: z.string().default('.data'),
    default: same('.data'),
    meaning: {
      zh: '数据目录：内置数据库、交付文件、保管库密钥、生成的口令。',
      en: 'The data folder: the embedded database, payloads, the vault key, generated passwords.',
    },
    loss: {
      zh: '数据目录丢失而无备份，则内置数据库连同账本一并丢失。',
      en: 'Without a backup the embedded database goes with it, and the ledger in it.',
    },
  },
  demo: {
    name: 'QUANLIAN_DEMO',
    schema: z
      .enum(['0', '1', 'true', 'false', 'small'], { error: '0, 1 or small' })
      .transform((value) => (value === 'small' ? value : value === '1' || value === 'true' ? 'full' : 'none'))
      .optional(),
    default: { zh: '内置数据库为 1，生产环境为 0', en: '1 with the embedded database, 0 in production' },
    meaning: {
      zh: '空的内置数据库是否装入示范城市（small 为小城，数千行）；QUANLIAN_DATABASE_URL 所指的数据库从不装入。',
      en: 'Whether an empty embedded database gets the demo city (`small`: a few thousand rows); a database given by QUANLIAN_DATABASE_URL never does.',
    },
    loss: harmless,
  },
  databaseUrl: {
    name: 'QUANLIAN_DATABASE_URL',
    schema: address('postgres:', 'postgresql:'),
    default: { zh: '内置 PostgreSQL', en: 'the embedded PostgreSQL' },
    meaning: {
      zh: '自备 PostgreSQL（15 及以上）的地址，用于建立角色与迁移。',
      en: 'Your own PostgreSQL (15 or newer); roles and migrations are made through it.',
    },
    loss: {
      zh: '指向另一个空数据库时，系统如同新装。',
      en: 'Pointed at another, empty database the exchange looks newly installed.',
    },
    isSecret: true,
  },
  apiDatabaseUrl: {
    name: 'QUANLIAN_API_DATABASE_URL',
    schema: address('postgres:', 'postgresql:'),
    default: { zh: '由启动程序生成', en: 'made by the launcher' },
    meaning: {
      zh: 'API 进程登录数据库的地址（角色 quanlian_api）。',
      en: 'How the API logs in to the database (role quanlian_api).',
    },
    loss: { zh: '可重新设定该角色的口令。', en: 'Nothing; the role can be given a new password.' },
    isSecret: true,
  },
  workerDatabaseUrl: {
    name: 'QUANLIAN_WORKER_DATABASE_URL',
    schema: address('postgres:', 'postgresql:'),
    default: { zh: '由启动程序生成', en: 'made by the launcher' },
    meaning: {
      zh: '工作进程登录数据库的地址（角色 quanlian_worker）。',
      en: 'How a worker logs in to the database (role quanlian_worker).',
    },
    loss: { zh: '可重新设定该角色的口令。', en: 'Nothing; the role can be given a new password.' },
    isSecret: true,
  },
  redisUrl: {
    name: 'QUANLIAN_REDIS_URL',
    schema: address('redis:', 'rediss:'),
    default: { zh: '无（队列在 PostgreSQL 上）', en: 'none (the queue is on PostgreSQL)' },
    meaning: { zh: '设定后队列使用 Redis。', en: 'When set, the queue is on Redis.' },
    loss: {
      zh: '队列丢失不丢任务：待办记在数据库中，会重新入队。',
      en: 'A lost queue loses no work: what is owed stands in the database and is queued again.',
    },
    isSecret: true,
  },
  ledgerOrigin: {
    name: 'QUANLIAN_ORIGIN',
    schema: z
      .string()
      .regex(/^[a-z0-9][a-z0-9./-]{2,99}$/, { error: 'lower-case letters, digits, dots, slashes and hyphens' })
      .optional(),
    default: { zh: '首次启动时生成', en: 'made at the first start' },
    meaning: {
      zh: '账本名称，写入第 0 条记录，此后不可更改。',
      en: 'The name of the ledger. It goes into entry 0 and can never change.',
    },
    loss: {
      zh: '无损失：以第 0 条记录为准；与之不符则拒绝启动。',
      en: 'Nothing: entry 0 decides, and a start with another name is refused.',
    },
  },
  ledgerEntries: {
    name: 'QUANLIAN_LEDGER_ENTRIES',
    schema: z.enum(['members', 'public'], { error: 'members or public' }).default('members'),
    default: same('members'),
    meaning: {
      zh: '谁可经 /log/ 读取存证记录本身：members 为任一部门的人员，public 为任何人（记录不含个人数据，但可看出部门之间的往来）。签封与摘要分片始终公开。',
      en: 'Who may read the entries themselves under /log/: `members`, people of any department, or `public`, everybody (entries hold no personal data, but tell which departments work with each other). Checkpoints and hashes are always public.',
    },
    loss: harmless,
  },
  ledgerFolder: {
    name: 'QUANLIAN_LEDGER_FOLDER',
    schema: text,
    default: unset,
    meaning: {
      zh: '工作进程将已发布的账本（签封、摘要分片）另写为静态文件的目录，任何网页服务器均可据此提供 /log/；仅在 QUANLIAN_LEDGER_ENTRIES=public 时含存证记录。',
      en: 'Where workers also write the published log (checkpoint, tiles) as files, for any web server to serve as /log/; with entries only if QUANLIAN_LEDGER_ENTRIES=public.',
    },
    loss: { zh: '无损失：文件会重新写出。', en: 'Nothing: the files are written again.' },
  },
  witnessPolicy: {
    name: 'QUANLIAN_WITNESS_POLICY',
    schema: text,
    default: unset,
    meaning: {
      zh: '见证策略文件（docs/formats/witness-policy.md）：请哪些见证节点联署、多少个联署才算数；每个节点须有地址。设定了 quorum 的，只公布达到该数的签封。',
      en: 'The witness policy (docs/formats/witness-policy.md): which witnesses are asked to cosign, each with its address, and how many it takes. With a quorum, only checkpoints that reached it are published.',
    },
    loss: {
      zh: '没有策略则不请任何节点联署；启动前的核对也随之不做，被恢复到旧备份的数据库不会被发现。',
      en: 'Without it nobody is asked to cosign, nor whether the database was set back to an older backup.',
    },
  },
  inForce: {
    name: 'QUANLIAN_IN_FORCE',
    schema: z.enum(['durable', 'witnessed'], { error: 'durable or witnessed' }).optional(),
    default: { zh: '策略有 quorum 为 witnessed，否则 durable', en: '`witnessed` with a quorum in the policy, else `durable`' },
    meaning: {
      zh: '授权与数据提供何时生效：durable 为写入账本即生效，witnessed 为见证节点联署后生效。首次设置时写入第 0 条记录，此后不可更改；暂停、终止与密钥结束始终立即生效。',
      en: 'When grants and deliveries count: once `durable` in the ledger, or once `witnessed`. It goes into entry 0 at set-up and can never change; suspensions, terminations and key ends always count at once.',
    },
    loss: { zh: '无损失：以第 0 条记录为准。', en: 'Nothing: entry 0 decides.' },
  },
  clockSkewS: {
    name: 'QUANLIAN_CLOCK_SKEW_S',
    schema: whole(1, 86_400, 300),
    default: same('300'),
    meaning: {
      zh: '本机时钟与各见证节点时钟的中位数最多可相差的秒数；超过则停止存证，校正后自动恢复。',
      en: 'How many seconds the clock may differ from the median of the witnesses; beyond that nothing is sealed until it is right again.',
    },
    loss: harmless,
  },
  timestampUrl: {
    name: 'QUANLIAN_TIMESTAMP_URL',
    schema: address('http:', 'https:'),
    default: unset,
    meaning: {
      zh: '时间戳机构的地址（RFC 3161）。设定后，工作进程为已发布的签封取时间戳，证据包即含之。',
      en: 'A timestamp authority (RFC 3161). Workers then have published checkpoints stamped, and evidence bundles carry the stamp.',
    },
    loss: {
      zh: '此后的签封没有外部时间；已取得的时间戳仍在。',
      en: 'Later checkpoints have no outside time; the stamps that were taken stay.',
    },
  },
  timestampMinutes: {
    name: 'QUANLIAN_TIMESTAMP_MINUTES',
    schema: whole(1, 44_640, 60),
    default: same('60'),
    meaning: {
      zh: '两次取时间戳之间的分钟数；没有新签封则不取。',
      en: 'Minutes between two stamps; without a new checkpoint none is taken.',
    },
    loss: harmless,
  },
  publicUrl: {
    name: 'QUANLIAN_PUBLIC_URL',
    schema: address('http:', 'https:'),
    default: { zh: '由监听地址与端口得出', en: 'follows from host and port' },
    meaning: {
      zh: '人们访问系统所用的地址（经代理时与监听地址不同），用于链接与来源校验。',
      en: 'The address that people use (behind a proxy another than the one listened on), for links and the check of origins.',
    },
    loss: { zh: '浏览器的操作会因来源不符被拒绝。', en: 'Browsers are refused as coming from another site.' },
  },
  tlsCertFile: {
    name: 'QUANLIAN_TLS_CERT',
    schema: text,
    default: unset,
    meaning: { zh: '证书文件（PEM，含中间证书）。', en: 'Certificate file (PEM, with intermediates).' },
    loss: { zh: '换发证书即可。', en: 'Nothing; have a new one issued.' },
  },
  tlsKeyFile: {
    name: 'QUANLIAN_TLS_KEY',
    schema: text,
    default: unset,
    meaning: { zh: '证书私钥文件（PEM）。', en: "File with the certificate's private key (PEM)." },
    loss: { zh: '换发证书即可；泄露须吊销。', en: 'Have a new one issued; when it leaked, revoke the old.' },
  },
  trustedProxies: {
    name: 'QUANLIAN_TRUSTED_PROXY',
    schema: z
      .string()
      .transform((value) => value.split(',').map((part) => part.trim()))
      .refine((parts) => parts.every(isAddressOrSubnet), { error: 'IP addresses or subnets, separated by commas' })
      .optional()
      .transform((value) => value ?? []),
    default: unset,
    meaning: {
      zh: '终止 TLS 的代理的 IP 地址或网段，逗号分隔；只信任它转告的来访地址。',
      en: 'IP addresses or subnets, comma-separated, of the proxy that ends TLS; only its word about a caller is believed.',
    },
    loss: harmless,
  },
  vaultKeyFile: {
    name: 'QUANLIAN_VAULT_KEY_FILE',
    schema: text,
    default: { zh: '<数据目录>/vault.key', en: '<data folder>/vault.key' },
    meaning: {
      zh: '保管库密钥文件，封存各版本密钥与代管的签名密钥；须另行备份。',
      en: "The vault key: wraps versions' keys and signing keys in custody. Back it up apart from the data.",
    },
    loss: {
      zh: '数据版本与代管密钥永远无法打开；账本仍可验证。',
      en: 'Versions and keys in custody can never be opened again; the ledger stays verifiable.',
    },
  },
  payloadDays: {
    name: 'QUANLIAN_PAYLOAD_DAYS',
    schema: whole(1, 3650, 7),
    default: same('7'),
    meaning: {
      zh: '交付文件保留天数；收到回执即删除。',
      en: 'How many days a payload waits to be fetched; it goes with the receipt.',
    },
    loss: harmless,
  },
  receiptDays: {
    name: 'QUANLIAN_RECEIPT_DAYS',
    schema: whole(1, 3650, 3),
    default: same('3'),
    meaning: {
      zh: '取走后若干天内无回执，则通知监管人员。',
      en: 'When no receipt came this many days after a delivery, supervisors are told.',
    },
    loss: harmless,
  },
  uploadGiB: {
    name: 'QUANLIAN_UPLOAD_GIB',
    schema: whole(1, 1_048_576, 256),
    default: same('256'),
    meaning: {
      zh: '所有部门上传中的文件合计上限（GiB），加密存于数据目录。',
      en: 'How much all departments together may have on its way in (GiB); it lies encrypted in the data folder.',
    },
    loss: harmless,
  },
  uploadDepartmentGiB: {
    name: 'QUANLIAN_UPLOAD_DEPARTMENT_GIB',
    schema: whole(1, 1_048_576, 64),
    default: same('64'),
    meaning: {
      zh: '一个部门上传中的文件合计上限（GiB）。',
      en: 'How much one department may have on its way in (GiB).',
    },
    loss: harmless,
  },
  uploadHours: {
    name: 'QUANLIAN_UPLOAD_HOURS',
    schema: whole(1, 720, 24),
    default: same('24'),
    meaning: {
      zh: '中断的上传自最后收到数据起保留的小时数，其间可续传。',
      en: 'How many hours an interrupted upload waits for its next bytes; until then it can go on.',
    },
    loss: harmless,
  },
  uploadIdleSeconds: {
    name: 'QUANLIAN_UPLOAD_IDLE_SECONDS',
    schema: whole(1, 3600, 60),
    default: same('60'),
    meaning: {
      zh: '上传连接多少秒未收到数据即结束；已收到的均已保存。',
      en: 'After how many seconds without a byte the connection of an upload is ended; what arrived is kept.',
    },
    loss: harmless,
  },
  workDir: {
    name: 'QUANLIAN_WORK_DIR',
    schema: text,
    default: { zh: '/dev/shm，无则为系统临时目录', en: '/dev/shm, else the system’s folder for temporary files' },
    meaning: {
      zh: '工作进程处理明文的目录，应在内存中。',
      en: 'Where workers hold plaintext while they prepare a delivery; should be in memory.',
    },
    loss: { zh: '无损失：交付会重新准备。', en: 'Nothing: deliveries are prepared again.' },
  },
  workMiB: {
    name: 'QUANLIAN_WORK_MIB',
    schema: whole(512, 1_048_576, 1024),
    default: same('1024'),
    meaning: {
      zh: '每项交付可用的内存上限（MiB），含工作目录。',
      en: 'Memory that preparing one delivery may use (MiB), its folder included.',
    },
    loss: harmless,
  },
  concurrency: {
    name: 'QUANLIAN_CONCURRENCY',
    schema: whole(1, 256, 2),
    default: same('2'),
    meaning: { zh: '每个工作进程同时准备的交付数。', en: 'How many deliveries one worker prepares at a time.' },
    loss: harmless,
  },
  logLevel: {
    name: 'QUANLIAN_LOG_LEVEL',
    schema: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
    default: same('info'),
    meaning: { zh: '日志级别；日志中没有秘密与个人数据。', en: 'How much is logged; never secrets or personal data.' },
    loss: harmless,
  },
} as const satisfies Record<string, Setting>;

/** The settings as a Markdown table, for docs/OPERATE.md. */
export function describeSettings(language: Language): string {
  const head = { zh: '| 设置 | 默认 | 含义 | 丢失的代价 |', en: '| setting | default | meaning | what its loss costs |' }[
    language
  ];
  const rows = Object.values<Setting>(settingsTable).map((setting) => {
    const name = `\`${setting.name}\`${setting.isSecret ? `, \`${setting.name}_FILE\`` : ''}`;
    return `| ${name} | ${setting.default[language]} | ${setting.meaning[language]} | ${setting.loss[language]} |`;
  });
  return [head, '| --- | --- | --- | --- |', ...rows].join('\n');
}
