import { levelWords, routes, type Sent } from '#contracts';
import { Button, Form, Input, Result, Select } from 'antd';
import { useState } from 'react';
import { useLocation } from 'react-router';
import { Page, Section } from '../components/page';
import { RefusalNote } from '../components/refusal-note';
import { doorTo } from '../door/where-to';
import { problemOf, useSend } from '../lib/api';
import { bodyOf, ruleOf, showOnForm } from '../lib/forms';
import { chooseLocale, defineWords, useLocale, usePick, useWords } from '../lib/words';

const words = defineWords('set-up', {
  title: { zh: '初始化平台', en: 'Set up the exchange' },
  lead: {
    zh: '此链接只能用一次。在此登记主管部门、其共享工作机构负责人和平台运维人员，其他部门和人员以后由他们登记。',
    en: 'This link works once. Enter the competent department, its office head and the operator of the exchange; they enter everybody else later.',
  },
  department: { zh: '主管部门', en: 'Competent department' },
  code: { zh: '统一社会信用代码', en: 'Unified social credit code' },
  departmentName: { zh: '部门名称', en: 'Name of the department' },
  level: { zh: '层级', en: 'Level' },
  region: { zh: '区划代码', en: 'Region code' },
  officeHead: { zh: '共享工作机构负责人', en: 'Office head' },
  operator: { zh: '运维人员', en: 'Operator' },
  login: { zh: '登录名', en: 'Login' },
  name: { zh: '姓名', en: 'Name' },
  password: { zh: '密码', en: 'Password' },
  passwordHint: { zh: '至少 12 位，不含登录名。', en: '12 characters or more, without the login.' },
  begin: { zh: '初始化', en: 'Set up' },
  done: { zh: '初始化完成', en: 'The exchange is set up' },
  doneHint: { zh: '请以刚登记的人员登录。', en: 'Log in as one of the people just entered.' },
  toDoor: { zh: '登录', en: 'Log in' },
  noToken: {
    zh: '链接不完整：请从启动平台的窗口复制整个链接，包括 # 后的部分。',
    en: 'The link is not whole: copy all of it from the window in which the exchange was started, with what stands after the #.',
  },
  language: { zh: 'English', en: '中文' },
});

type Typed = Omit<Sent<typeof routes.setUp>['body'], 'token'>;
const { department, officeHead } = bodyOf(routes.setUp).shape;

/** The one-time link: the first department and its first two people. The token stays behind the #, which no server ever sees in an address. */
export function Component() {
  const say = useWords(words);
  const pick = usePick();
  const locale = useLocale();
  const { hash } = useLocation();
  const [form] = Form.useForm<Typed>();
  const [isDone, setDone] = useState(false);
  const setUp = useSend(routes.setUp, { onDone: () => setDone(true) });
  const showFault = (error: unknown) => {
    const problem = problemOf(error);
    if (problem) showOnForm(form, problem);
  };
  const field = (
    path: readonly string[],
    label: string,
    schema: Parameters<typeof ruleOf>[0],
    input = <Input />,
    hint?: string,
  ) => (
    <Form.Item name={[...path]} label={label} extra={hint} rules={[{ required: true, message: '' }, ruleOf(schema)]}>
      {input}
    </Form.Item>
  );
  const person = (role: 'officeHead' | 'operator') => (
    <Section title={say(role)}>
      {field([role, 'name'], say('name'), officeHead.shape.name)}
      {field([role, 'login'], say('login'), officeHead.shape.login, <Input autoComplete="off" />)}
      {field(
        [role, 'password'],
        say('password'),
        officeHead.shape.password,
        <Input.Password autoComplete="new-password" />,
        say('passwordHint'),
      )}
    </Section>
  );
  if (isDone)
    return (
      <main className="set-up">
        <Result
          status="success"
          title={say('done')}
          subTitle={say('doneHint')}
          extra={
            <Button type="primary" href={doorTo('/')}>
              {say('toDoor')}
            </Button>
          }
        />
      </main>
    );
  return (
    <main className="set-up">
      <Page
        title={say('title')}
        lead={say('lead')}
        actions={<Button onClick={() => void chooseLocale(locale === 'zh' ? 'en' : 'zh')}>{say('language')}</Button>}
      >
        <Form<Typed>
          form={form}
          layout="vertical"
          requiredMark={false}
          initialValues={{ department: { level: 'city' } }}
          onFinish={(typed) => setUp.mutate({ body: { token: hash.slice(1), ...typed } }, { onError: showFault })}
        >
          <Section title={say('department')}>
            {field(['department', 'name'], say('departmentName'), department.shape.name)}
            {field(['department', 'code'], say('code'), department.shape.code)}
            {field(
              ['department', 'level'],
              say('level'),
              department.shape.level,
              <Select options={Object.entries(levelWords).map(([value, word]) => ({ value, label: pick(word) }))} />,
            )}
            {field(['department', 'region'], say('region'), department.shape.region)}
          </Section>
          {person('officeHead')}
          {person('operator')}
          <RefusalNote error={setUp.error} forward={hash.length < 2 ? say('noToken') : undefined} />
          <Button type="primary" htmlType="submit" loading={setUp.isPending}>
            {say('begin')}
          </Button>
        </Form>
      </Page>
    </main>
  );
}
