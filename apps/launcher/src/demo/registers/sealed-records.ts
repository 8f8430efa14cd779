import { entryOf, items, type Register } from './register.js';

/** Catalogued and never uploaded: the law forbids handing it to anybody. */
export const sealedRecords: Register = {
  key: 'sealed-records',
  provider: 'gongan',
  versions: 0,
  entry: entryOf({
    title: '封存的未成年人犯罪记录',
    resourceCode: '3/02/009/01/000001',
    category: '部门信息资源/公安/刑事/封存记录',
    abstract: '犯罪时不满十八周岁、被判处五年有期徒刑以下刑罚的人员的封存记录。仅登记目录，不上传数据。',
    items: [items.text('recordNumber', '记录编号'), items.id('idNumber', '公民身份号码'), items.date('sealedOn', '封存日期')],
    shareType: 'not-shared',
    shareCondition:
      '《中华人民共和国刑事诉讼法》第二百八十六条：犯罪记录被封存的，不得向任何单位和个人提供，法律另有规定的查询除外。',
    classification: '公安业务数据',
    grade: '核心',
  }),
};
