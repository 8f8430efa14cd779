import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { usccCheckCharacter } from '#contracts';
import { checkProse, findPersonalData } from './personal-data.js';

const kinds = (text: string) => findPersonalData(text).map(({ kind }) => kind);
const found = (text: string) => findPersonalData(text).map(({ start, end }) => text.slice(start, end));

// Known answers of GB 11643: the standard's own example, and one that ends in X.
const id = '11010519491231002X';
const id2 = '440524188001010014';

function withCheck(first17: string): string {
  const weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
  const sum = weights.reduce((total, weight, i) => total + weight * Number(first17[i]), 0);
  return first17 + '10X98765432'.charAt(sum % 11);
}

test('ID numbers are found, however they are written', () => {
  for (const text of [
    id,
    id2,
    `身份证号${id}。`,
    `证件：${id.toLowerCase()}（本人）`,
    '１１０１０５１９４９１２３１００２Ｘ',
    '110105 19491231 002X',
    '110105-19491231-002X',
    '1 1 0 1 0 5 1 9 4 9 1 2 3 1 0 0 2 X',
    '110105\u200b19491231\u200b002X',
    '2024 年　110105　19491231　002X',
    withCheck('99010119900307737'),
  ]) {
    assert.deepEqual(kinds(text), ['id-number'], text);
  }
  assert.deepEqual(kinds('户主 110105491231002 一人'), ['id-number']);
  assert.deepEqual(kinds(`${id}、${id2}`), ['id-number', 'id-number']);
});

test('phone numbers are found, however they are written', () => {
  for (const text of [
    '13800138000',
    '电话：138 0013 8000',
    '138-0013-8000',
    '１３８００１３８０００',
    '+86 138 0013 8000',
    '+8613800138000',
    '0086-13800138000',
    '1 3 8 0 0 1 3 8 0 0 0',
    '手机19912345678转',
  ]) {
    assert.deepEqual(kinds(text), ['mobile'], text);
  }
  for (const text of ['010-62341234', '(010)62341234', '（0571）8765 4321', '0717-6251234', '02788881234', '027 8888 1234']) {
    assert.deepEqual(kinds(text), ['landline'], text);
  }
});

test('the place found is the number, in the text as it was', () => {
  assert.deepEqual(found(`甲（１３８００１３８０００）乙${id}`), ['１３８００１３８０００', id]);
  assert.deepEqual(found('😀 138 0013 8000 😀'), ['138 0013 8000']);
});

test('document numbers, codes, dates and amounts are not taken for them', () => {
  for (const text of [
    '国发〔2016〕51号',
    '国办发明电〔2024〕12号',
    '国务院令第809号',
    '《政务数据共享条例》第二十七条',
    '鄂政数发〔2025〕110105 号',
    '2025-01-02 13:00 至 2025-12-31 18:00',
    '20250102130000',
    '共157 2024-10-01起',
    '620,573 行，27057 行',
    '行政区划 420106001002',
    '不动产单元号 420106001002GB00012F00010001',
    '不动产单元号 4201060010020000120001',
    '金额 13800138000.50 元'.replace('.50', '500'),
    '编号 1380013800',
    '编号 138001380001',
    '版本 0123456789abcdef0123456789abcdef',
    '110105194912310021',
    '110105194913310020',
    'IP 10.0.0.1 端口 5432',
    '服务热线 12345、12333',
    'https://example.gov.cn/2025/10/01/t20251001_1234567.html',
    '图号 H50 E 013 008',
  ]) {
    assert.deepEqual(kinds(text), [], text);
  }
});

test('credit codes of departments are not taken for ID numbers', () => {
  fc.assert(
    fc.property(fc.stringMatching(/^1[1239]\d{6}[0-9A-HJ-NPQRTUWXY]{9}$/), (first17) => {
      const code = first17 + usccCheckCharacter(first17);
      // One in thousands of all-digit codes is also a well-formed ID number, and then it must be treated as one.
      fc.pre(!/^\d{17}[\dX]$/.test(code) || withCheck(first17) !== code);
      assert.deepEqual(kinds(`提供单位 ${code}。`), []);
    }),
    { numRuns: 2000 },
  );
});

test('prose that holds one is refused by its field, without repeating the number', () => {
  const refused = checkProse(`请联系 13800138000`, 'reason');
  assert.equal(refused?.code, 'personal-data-in-text');
  assert.deepEqual(refused?.at, { field: 'reason' });
  assert.doesNotMatch(JSON.stringify(refused?.toProblem()), /138/);
  assert.equal(checkProse('依据《社会救助暂行办法》第五十八条', 'reason'), undefined);
});

test('any text is read to its end, in time that grows with its length', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: fc.constantFrom('1', '3', '8', '０', ' ', '-', 'X', '（', '𠀀', '年') }),
      (text) => void findPersonalData(text),
    ),
  );
  const started = performance.now();
  findPersonalData('1 '.repeat(100_000));
  assert.ok(performance.now() - started < 10_000);
});
