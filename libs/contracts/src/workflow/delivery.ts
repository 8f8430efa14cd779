import type { DeliveryView, Sentence } from '../routes/views.js';
import type { Workflow } from './workflow.js';

/** 数据提供: one hand-over under a right. */
export const deliveryWorkflow = {
  states: {
    pulled: {
      label: { zh: '待判定', en: 'Being decided' },
      tone: 'active',
      next: { zh: '平台按使用权自动判定是否提供。', en: 'The exchange decides by the right whether it is delivered.' },
      turn: 'exchange',
    },
    decided: {
      label: { zh: '准备中', en: 'Being prepared' },
      tone: 'active',
      next: { zh: '平台正在选取、脱敏并加密数据。', en: 'The exchange selects, masks and encrypts the data.' },
      turn: 'exchange',
    },
    prepared: {
      label: { zh: '可下载', en: 'Ready to fetch' },
      tone: 'warning',
      next: {
        zh: '使用部门下载、解密并核对后签署回执。',
        en: 'The grantee downloads, decrypts and checks it, and signs the receipt.',
      },
      turn: 'grantee',
    },
    received: {
      label: { zh: '已签收', en: 'Received' },
      tone: 'good',
      next: { zh: '回执已存证；交付文件随后清除。', en: 'The receipt is sealed; the payload is disposed of.' },
      turn: 'nobody',
    },
    refused: {
      label: { zh: '未予提供', en: 'Refused' },
      tone: 'bad',
      next: { zh: '请查看原因，调整后重新提取。', en: 'Read the reason, then pull again with a change.' },
      turn: 'grantee',
    },
    failed: {
      label: { zh: '提供失败', en: 'Failed' },
      tone: 'bad',
      next: { zh: '配额已退回，可以重新提取。', en: 'The quota was returned; pull again.' },
      turn: 'grantee',
    },
    cancelled: {
      label: { zh: '已取消', en: 'Cancelled' },
      tone: 'neutral',
      next: { zh: '未提供数据，配额已退回。', en: 'Nothing was delivered; the quota was returned.' },
      turn: 'nobody',
    },
  },
  actions: {
    download: {
      label: { zh: '下载', en: 'Download' },
      states: ['prepared', 'received'],
      sides: ['grantee'],
      roles: ['requester'],
      route: 'payload',
      dangerous: false,
      only: 'payload-stored',
    },
    receipt: {
      label: { zh: '签署回执', en: 'Sign the receipt' },
      states: ['prepared'],
      sides: ['grantee'],
      roles: ['requester'],
      route: 'signReceipt',
      dangerous: false,
    },
    cancel: {
      label: { zh: '取消提取', en: 'Cancel the pull' },
      states: ['pulled', 'decided'],
      sides: ['grantee'],
      roles: ['requester'],
      route: 'cancelDelivery',
      dangerous: true,
      effect: {
        zh: '这次提取不再提供数据，配额退回；需要时可以重新提取。',
        en: 'Nothing is delivered for this pull, and its quota is returned; pull again when it is needed.',
      },
    },
  },
} as const satisfies Workflow<DeliveryView['state']>;

/** How far a preparation is, in the order in which it goes. */
export const deliveryStages: Readonly<Record<DeliveryView['stage'], Sentence>> = {
  sealing: { zh: '提取请求等待存证', en: 'The pull waits to be sealed' },
  deciding: { zh: '判定中', en: 'Deciding' },
  waiting: { zh: '排队等待准备', en: 'Waiting its turn' },
  selecting: { zh: '选取与脱敏', en: 'Selecting and masking' },
  encrypting: { zh: '加密', en: 'Encrypting' },
  storing: { zh: '写入存储', en: 'Storing' },
  recording: { zh: '等待存证', en: 'Waiting to be sealed' },
  ready: { zh: '已备妥', en: 'Ready' },
  ended: { zh: '已结束', en: 'Ended' },
};
