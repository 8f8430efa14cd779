import type { Transformation } from '#contracts';

/** Why a column seems to hold personal data, and what should be done to it unless somebody decides otherwise. RULES §7. */
export interface PersonalGuess {
  readonly mask: Transformation;
  /** One person has one of these: an ID number, a phone number. */
  readonly identifies?: boolean;
  readonly why: { readonly zh: string; readonly en: string };
}

interface Kind extends PersonalGuess {
  readonly name: RegExp;
  /** Names that contain the words and mean something else. */
  readonly not?: RegExp;
  readonly value?: (text: string) => boolean;
}

const keep = (first: number, last: number): Transformation => ({ kind: 'keep', first, last });
/** The surname of a Chinese name. */
export const NAME_MASK = keep(1, 0);

const kind = (
  zh: string,
  en: string,
  mask: Transformation,
  name: RegExp,
  more: Pick<Kind, 'not' | 'value' | 'identifies'> = {},
): Kind => ({
  mask,
  name,
  why: { zh: `疑似个人信息（${zh}）`, en: `seems personal (${en})` },
  ...more,
});

const ORGANISATION = /(单位|企业|公司|机构|部门|项目|产品|学校|村|社区|街道|道路|org|company|school|village|street|department)/iu;

// The first that fits wins, so the more particular stand first.
const KINDS: readonly Kind[] = [
  kind(
    '身份证号',
    'ID number',
    keep(6, 4),
    /(身份证|公民身份号码|证件号|id_?card|identity_?(no|number)|(^|_)id_?(no|number)|cert_?no)/iu,
    {
      identifies: true,
      value: isIdNumber,
    },
  ),
  kind('电话', 'phone', keep(3, 4), /(电话|手机|联系方式|mobile|phone|(^|_)tel($|_))/iu, {
    identifies: true,
    not: ORGANISATION,
    value: isMobileNumber,
  }),
  kind('银行卡号', 'bank card', keep(0, 4), /(银行卡|银行账号|卡号|bank_?(card|account)|card_?no)/iu),
  kind('邮箱', 'e-mail', keep(1, 0), /(邮箱|电子邮件|e-?mail)/iu, {
    value: (text) => /^[^@\s]{1,64}@[^@\s]+\.[a-z]{2,}$/iu.test(text),
  }),
  kind('护照号', 'passport', keep(1, 3), /(护照|passport)/iu),
  kind('车牌号', 'number plate', keep(2, 1), /(车牌|号牌号码|plate_?(no|number))/iu),
  kind('住址', 'address', keep(6, 0), /(住址|住所|家庭地址|户籍地址|居住地|通讯地址|home_?address|^address$)/iu, {
    not: ORGANISATION,
  }),
  kind('出生日期', 'date of birth', { kind: 'year' }, /(出生日期|出生年月|生日|birth_?(date|day)|date_?of_?birth|^dob$)/iu),
  kind(
    '姓名',
    'name',
    NAME_MASK,
    /(姓名|联系人|经办人|法定代表人|法人代表|负责人|户主|监护人|配偶|父亲|母亲|person_?name|full_?name|contact_?name|legal_?rep)/iu,
  ),
  kind(
    '病历或医保号',
    'medical or insurance number',
    keep(0, 4),
    /(病历号|医保号|社保号|社会保障号|medical_?no|insurance_?no)/iu,
  ),
];

// Enough values to tell, and most of them: a column of remarks may hold a phone number without being one.
const SHARE = 0.5;
const LOOK_AT = 10_000;

/** Judges one column by its name, and by the form of its values. */
export function guessPersonal(name: string): { see(text: string): void; result(): PersonalGuess | undefined } {
  const named = KINDS.find((each) => each.name.test(name) && !each.not?.test(name));
  const byValue = named === undefined ? KINDS.filter((each) => each.value !== undefined) : [];
  const hits = byValue.map(() => 0);
  let seen = 0;
  return {
    see(text) {
      if (byValue.length === 0 || seen >= LOOK_AT) return;
      seen += 1;
      for (const [i, each] of byValue.entries()) if (each.value?.(text)) hits[i] = (hits[i] as number) + 1;
    },
    result() {
      return named ?? byValue.find((_, i) => seen > 0 && (hits[i] as number) / seen >= SHARE);
    },
  };
}

const ID_WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];

/** 18 characters with a right check character. GB 11643-1999. */
function isIdNumber(text: string): boolean {
  if (!/^\d{17}[\dXx]$/.test(text)) return false;
  const sum = ID_WEIGHTS.reduce((total, weight, i) => total + weight * Number(text[i]), 0);
  return '10X98765432'.charAt(sum % 11) === text.charAt(17).toUpperCase();
}

function isMobileNumber(text: string): boolean {
  return /^(\+?86)?1[3-9]\d{9}$/.test(text);
}
