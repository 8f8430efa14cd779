import { levelWords, routes, word } from '#contracts';
import { Link } from 'react-router';
import { useSession } from '../../app/session';
import { Facts } from '../../components/facts';
import { Page, Section } from '../../components/page';
import { StateTag } from '../../components/state-tag';
import { Whole } from '../../components/whole';
import { useRead } from '../../lib/api';
import { usePick, useWords } from '../../lib/words';
import { Admitted } from './admit-section';
import './department.css';
import { Keys } from './keys-section';
import { People } from './people-section';
import { Recipients } from './recipients-section';
import { departmentWords } from './words';

/** My department: its keys, its recipients, its people, and what of these is under way. */
export function DepartmentPage() {
  const say = useWords(departmentWords);
  const pick = usePick();
  const { department: code, departmentName, competent } = useSession();
  const department = useRead(routes.department, { params: { code } });
  const all = useRead(routes.departments, {}, { staleTime: 60_000, enabled: competent });
  return (
    <Page title={departmentName} lead={say('title')}>
      <Whole reading={department}>
        {department.data ? (
          <>
            <Section title={say('basics')}>
              <Facts
                of={[
                  [say('code'), <code key="code">{department.data.code}</code>],
                  [say('level'), pick(word(levelWords, department.data.level))],
                  [say('region'), department.data.region],
                  [say('competent'), department.data.competent ? say('yes') : undefined],
                ]}
              />
            </Section>
            <Waiting />
            <Keys department={department.data} />
            <Recipients department={department.data} />
            <People department={code} />
            {competent && all.data ? <Admitted departments={all.data.items} /> : null}
          </>
        ) : null}
      </Whole>
    </Page>
  );
}

const types = 'department.admitted,key.admitted,key.ended,recipient.admitted,recipient.ended,membership.granted,membership.ended';

function Waiting() {
  const say = useWords(departmentWords);
  const pick = usePick();
  const waiting = useRead(routes.proposals, { query: { type: types } });
  const items = waiting.data?.items ?? [];
  if (items.length === 0) return null;
  return (
    <Section title={say('waiting')}>
      <ul className="plain rows">
        {items.map((one) => (
          <li key={one.id} className="row">
            <Link to={`/inbox/proposals/${one.id}`}>{pick(one.sentence)}</Link>
            <StateTag kind="proposal" state={one.state} />
          </li>
        ))}
      </ul>
    </Section>
  );
}
