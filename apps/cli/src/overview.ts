import type { Say } from './language.js';
import { padTo, widthOf } from './terminal/width.js';

/** What `quanlian` alone prints: who does what with which command. */
export function overview(say: Say): string {
  const parts: [string, [string, string][]][] = [
    [
      say({ zh: '开始', en: 'To begin' }),
      [
        ['quanlian login --as USER', say({ zh: '登录', en: 'log in' })],
        ['quanlian whoami', say({ zh: '我是谁，代表哪个部门', en: 'who am I, for which department' })],
        ['quanlian inbox', say({ zh: '等我审批或签名的事项', en: 'what waits for approval or signature' })],
      ],
    ],
    [
      say({ zh: '数据专员（提供部门）', en: 'Stewards (providing department)' }),
      [
        [
          'quanlian datasets new --from FILE.csv > form.json',
          say({ zh: '由文件推断目录条目，再校改', en: 'infer a catalogue entry, to correct' }),
        ],
        ['quanlian datasets enter form.json --no-secrets', say({ zh: '登记目录条目', en: 'enter it' })],
        ['quanlian datasets publish DATASET FILE.csv --no-secrets', say({ zh: '发布数据版本', en: 'publish a version' })],
        [
          'quanlian requests show REQUEST --preview',
          say({ zh: '查看申请并预览将离开的数据', en: 'a request, and what would leave' }),
        ],
        ['quanlian requests decide REQUEST agree', say({ zh: '拟定答复', en: 'prepare the answer' })],
      ],
    ],
    [
      say({ zh: '机构负责人', en: 'Office heads' }),
      [
        ['quanlian inbox approve ID', say({ zh: '审批', en: 'approve' })],
        ['quanlian inbox sign ID --key FILE', say({ zh: '部门自持密钥签名', en: 'sign with the department’s own key' })],
        ['quanlian keys new --out FILE', say({ zh: '生成部门签名密钥', en: 'make a signing key' })],
        ['quanlian rights suspend RIGHT …', say({ zh: '暂停共享权限', en: 'suspend a right' })],
      ],
    ],
    [
      say({ zh: '使用人员（需求部门）', en: 'Requesters (requesting department)' }),
      [
        ['quanlian datasets list', say({ zh: '检索目录', en: 'search the catalogue' })],
        ['quanlian requests new --dataset DATASET …', say({ zh: '提出共享申请', en: 'ask for a usage right' })],
        ['quanlian pull RIGHT -o FILE', say({ zh: '提取、解密、核对、签署回执', en: 'pull, decrypt, check, sign the receipt' })],
        ['quanlian uses record RIGHT use …', say({ zh: '记录使用或销毁', en: 'account for use or disposal' })],
      ],
    ],
    [
      say({ zh: '监管人员', en: 'Supervisors' }),
      [
        ['quanlian trail --right RIGHT', say({ zh: '共享留痕', en: 'the trail' })],
        ['quanlian export -o ledger.ndjson', say({ zh: '导出账本', en: 'export the ledger' })],
        [
          'quanlian verify ledger.ndjson --trust root.json',
          say({ zh: '离线查验，无需平台', en: 'check it, without the exchange' }),
        ],
        ['quanlian audit', say({ zh: '由账本重算并列出差异', en: 'recompute from the ledger, list differences' })],
      ],
    ],
    [
      say({ zh: '运维', en: 'Operators' }),
      [
        ['quanlian setup', say({ zh: '一次性初始化', en: 'first set-up' })],
        ['quanlian backup DIR', say({ zh: '备份；恢复用 restore', en: 'back up; restore brings it back' })],
        ['quanlian calendar load YEAR FILE', say({ zh: '载入工作日历', en: 'load a calendar of working days' })],
      ],
    ],
  ];
  const width = Math.max(...parts.flatMap(([, lines]) => lines.map(([command]) => widthOf(command))));
  const text = parts
    .map(([title, lines]) => `${title}\n${lines.map(([command, what]) => `  ${padTo(command, width)}  ${what}`).join('\n')}`)
    .join('\n\n');
  const end = say({
    zh: '每个命令都有示例：quanlian 命令 --help。编号写前 6 位即可。',
    en: 'Every command has examples: quanlian COMMAND --help. Of an id, its first 6 digits will do.',
  });
  return `${say({ zh: '权链：在可查验的使用权之下共享政务数据', en: 'Quanlian: departments share data under rights that anyone can check' })}\n\n${text}\n\n${end}\n`;
}
