import { MenuOutlined, MoonOutlined, SunOutlined, TranslationOutlined, UserOutlined } from '@ant-design/icons';
import { Button, Tooltip } from 'antd';
import { lazy, Suspense, useEffect, useLayoutEffect, useRef, useState } from 'react';
import { Link, NavLink, Outlet, useLocation, useNavigate } from 'react-router';
import { doorTo } from '../door/where-to';
import { PopList } from '../components/pop-list';
import { useKeptPlace } from '../lib/kept-place';
import { useLiveState } from '../lib/live';
import { chooseLocale, useLocale, usePick, useWords } from '../lib/words';
import { LogStanding } from './log-standing';
import { Mark } from './mark';
import { Notices } from './notices';
import { places } from './places';
import { logOut, switchDepartment, useSession } from './session';
import { chooseShade, useShade } from '../lib/shade';
import { appWords } from './words';

const SideSheet = lazy(() => import('../components/side-sheet'));

/** Everything around a page: navigation, department, language, news. */
export function Shell() {
  const say = useWords(appWords);
  const [isOpen, setOpen] = useState(false);
  const { pathname } = useLocation();
  useEffect(() => setOpen(false), [pathname]);
  return (
    <div className="shell">
      <a className="skip" href="#content">
        {say('skip')}
      </a>
      <header className="bar">
        <Button className="bar-menu" type="text" icon={<MenuOutlined />} aria-label={say('menu')} onClick={() => setOpen(true)} />
        <Link to="/" className="bar-name">
          <Mark /> {say('name')}
        </Link>
        <DepartmentChoice />
        <span className="bar-space" />
        <LiveDot />
        <Notices />
        <LanguageChoice />
        <ShadeChoice />
        <PersonMenu />
      </header>
      <LogStanding />
      <nav className="rail" aria-label={say('navigation')}>
        <NavigationLinks />
      </nav>
      {isOpen ? (
        <Suspense>
          <SideSheet open onClose={() => setOpen(false)} placement="left" size={260} title={say('name')}>
            <nav aria-label={say('navigation')} className="drawer-nav">
              <NavigationLinks />
            </nav>
          </SideSheet>
        </Suspense>
      ) : null}
      <Content />
    </div>
  );
}

/** Where pages stand. It scrolls, not the window: a page begins at its top, and one returned to where it was left. */
function Content() {
  const box = useRef<HTMLElement>(null);
  const { pathname } = useLocation();
  const place = useKeptPlace('content');
  const shown = useRef(pathname);
  useLayoutEffect(() => {
    const top = place.found()?.top;
    // Filters change the address too, and leave the page where it is.
    if (top !== undefined || shown.current !== pathname) box.current?.scrollTo({ top: top ?? 0 });
    // The row or link that led here is gone and the focus with it: whoever uses the keyboard goes on in the page, not above it.
    if (shown.current !== pathname && document.activeElement === document.body) box.current?.focus({ preventScroll: true });
    shown.current = pathname;
  }, [place, pathname]);
  return (
    <main
      id="content"
      className="content"
      tabIndex={-1}
      ref={box}
      onScroll={({ currentTarget }) => place.keep({ top: currentTarget.scrollTop })}
    >
      <Outlet />
    </main>
  );
}

function NavigationLinks() {
  const pick = usePick();
  const { has } = useSession();
  const shown = places
    .flatMap((place) => (place.nav && (!place.roles || has(...place.roles)) ? [{ path: place.path, ...place.nav }] : []))
    .toSorted((a, b) => a.order - b.order);
  return (
    <ul className="links">
      {shown.map(({ path, label, icon }) => (
        <li key={path}>
          <NavLink to={path}>
            {icon} <span>{pick(label)}</span>
          </NavLink>
        </li>
      ))}
    </ul>
  );
}

function DepartmentChoice() {
  const say = useWords(appWords);
  const { person, department, departmentName } = useSession();
  if (person.memberships.length < 2) return <span className="bar-department">{departmentName}</span>;
  return (
    <PopList
      className="bar-department"
      label={`${say('actingFor')} ${departmentName}`}
      button={`${departmentName} ▾`}
      choices={person.memberships.map((one) => ({
        key: one.department,
        label: one.departmentName,
        isChosen: one.department === department,
        onChoose: () => switchDepartment(one.department),
      }))}
    />
  );
}

function LiveDot() {
  const say = useWords(appWords);
  const state = useLiveState();
  return (
    <Tooltip title={say(state)}>
      <span className={`dot dot-${state}`} role="status" aria-label={say(state)} tabIndex={0} />
    </Tooltip>
  );
}

function LanguageChoice() {
  const say = useWords(appWords);
  const locale = useLocale();
  return (
    <Tooltip title={say('language')}>
      <Button
        type="text"
        icon={<TranslationOutlined />}
        aria-label={say('language')}
        lang={locale === 'zh' ? 'en' : 'zh-CN'}
        onClick={() => void chooseLocale(locale === 'zh' ? 'en' : 'zh')}
      />
    </Tooltip>
  );
}

function ShadeChoice() {
  const say = useWords(appWords);
  const other = useShade() === 'dark' ? 'light' : 'dark';
  return (
    <Tooltip title={say(other)}>
      <Button
        type="text"
        className="bar-shade"
        icon={other === 'dark' ? <MoonOutlined /> : <SunOutlined />}
        aria-label={say(other)}
        onClick={() => chooseShade(other)}
      />
    </Tooltip>
  );
}

function PersonMenu() {
  const say = useWords(appWords);
  const { person, roles } = useSession();
  const navigate = useNavigate();
  return (
    <PopList
      icon={<UserOutlined />}
      label={person.name}
      button={<span className="bar-person">{person.name}</span>}
      head={`${person.name} · ${roles.map((role) => say(role)).join(' · ')}`}
      choices={[
        { key: 'account', label: say('account'), onChoose: () => void navigate('/account') },
        { key: 'out', label: say('logOut'), onChoose: () => void logOut().then(() => location.assign(doorTo('/'))) },
      ]}
    />
  );
}
