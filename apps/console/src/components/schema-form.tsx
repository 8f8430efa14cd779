import { endingReasonWords, endReasonWords, refusalReasonWords, word, type Route, type Sentence } from '#contracts';
import { Form, Input, Select } from 'antd';
import { z } from 'zod';
import { ruleOf } from '../lib/forms';
import { defineWords, usePick, useWords } from '../lib/words';

const words = defineWords('schema-form', { optional: { zh: '（可不填）', en: ' (optional)' } });

interface FieldWords {
  readonly label: Sentence;
  readonly options?: Readonly<Record<string, Sentence>>;
  readonly hint?: Sentence;
  /** What it is most of the time. */
  readonly initial?: string;
}
// What people call the fields of bodies that a dialog can ask for. A field that is not here needs a page of its own.
const known: Readonly<Record<string, FieldWords>> = {
  code: { label: { zh: '原因', en: 'Cause' }, options: { ...endingReasonWords, ...refusalReasonWords } },
  reason: {
    label: { zh: '理由', en: 'Reason' },
    options: endReasonWords,
    hint: { zh: '不要写身份证号、电话号码等个人信息。', en: 'No ID or phone numbers.' },
  },
  article: { label: { zh: '依据条款', en: 'Article it rests on' }, initial: '第二十七条' },
  filing: { label: { zh: '备案号', en: 'Number of the filing' } },
  missing: {
    label: { zh: '需要补充的全部材料', en: 'Everything that is missing' },
    hint: { zh: '只能告知一次，请一次写全。', en: 'It can be said only once: name all of it.' },
  },
  answer: { label: { zh: '补充说明', en: 'What is supplied' } },
  kind: {
    label: { zh: '种类', en: 'Kind' },
    options: { use: { zh: '使用情况', en: 'Use' }, disposal: { zh: '销毁情况', en: 'Disposal' } },
  },
  record: { label: { zh: '记录', en: 'Record' } },
};

export interface FormField {
  readonly name: string;
  readonly schema: z.ZodType;
  readonly isRequired: boolean;
  readonly words: FieldWords;
}
/** The form that a route's body asks for: fields to fill in, and what is fixed by the action's own name. */
export interface BodyForm {
  readonly fields: readonly FormField[];
  readonly fixed: Readonly<Record<string, unknown>>;
  /** It cannot be taken back: whoever does it alone gives the password again. */
  readonly takesPassword: boolean;
}

/**
 * The form of an action, from the body schema of its route: of several bodies the one that the action names. Undefined when the body
 * needs more than a dialog. `given` is what the page knows already.
 */
export function bodyFormOf(route: Route, action: string, given: Readonly<Record<string, unknown>> = {}): BodyForm | undefined {
  const { body } = route;
  if (body === undefined) return { fields: [], fixed: {}, takesPassword: false };
  const object = objectOf(body, action);
  if (!object) return undefined;
  const fields: FormField[] = [];
  const fixed: Record<string, unknown> = {};
  for (const [name, field] of Object.entries(object.shape) as [string, z.ZodType][]) {
    const isRequired = !(field instanceof z.ZodOptional);
    const schema = isRequired ? field : (field.unwrap() as z.ZodType);
    const fieldWords = known[name];
    if (name in given) fixed[name] = given[name];
    else if (schema instanceof z.ZodLiteral) fixed[name] = schema.value;
    else if (fieldWords && (schema instanceof z.ZodEnum || schema instanceof z.ZodString))
      fields.push({ name, schema, isRequired, words: fieldWords });
    else if (isRequired) return undefined;
  }
  return fields.length > 0 ? { fields, fixed, takesPassword: 'password' in object.shape } : undefined;
}

function objectOf(body: z.ZodType, action: string): z.ZodObject | undefined {
  if (body instanceof z.ZodObject) return body;
  if (!(body instanceof z.ZodDiscriminatedUnion)) return undefined;
  return (body.options as z.ZodObject[]).find((option) =>
    Object.values(option.shape).some((field) => field instanceof z.ZodLiteral && field.value === action),
  );
}

/** The fields of a body, each by the widget that fits its schema. Stands inside a `Form`. */
export function SchemaFields({ form }: { readonly form: BodyForm }) {
  const say = useWords(words);
  const pick = usePick();
  return form.fields.map(({ name, schema, isRequired, words: of }) => (
    <Form.Item
      key={name}
      name={name}
      label={pick(of.label) + (isRequired ? '' : say('optional'))}
      extra={of.hint && !(schema instanceof z.ZodEnum) ? pick(of.hint) : undefined}
      {...(of.initial === undefined ? {} : { initialValue: of.initial })}
      rules={[{ required: isRequired }, ruleOf(schema)]}
    >
      {schema instanceof z.ZodEnum ? (
        <Select options={schema.options.map((value) => ({ value, label: pick(word(of.options ?? {}, String(value))) }))} />
      ) : ((schema as z.ZodString).maxLength ?? 0) > 200 ? (
        <Input.TextArea rows={3} />
      ) : (
        <Input />
      )}
    </Form.Item>
  ));
}
