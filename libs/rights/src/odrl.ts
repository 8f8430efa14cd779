import { canonicalText, type CanonicalValue } from '#crypto';
import { refuse, rightTermsSchema, type RightTerms, type RowScope, type Transformation } from '#contracts';
import { no, yes, type Decided } from './decided.js';
import { sameTerms } from './same.js';

/** A JSON-LD node. */
export type OdrlNode = { readonly [key: string]: OdrlValue };
export type OdrlValue = string | number | readonly OdrlValue[] | OdrlNode;

const context = ['http://www.w3.org/ns/odrl.jsonld', { quanlian: 'urn:quanlian:odrl:' }] as const;
/** The profile's name; its terms are listed in docs/formats/rights-odrl.md. */
const profile = 'urn:quanlian:odrl:1';

/** A usage right as an ODRL 2.2 Agreement in JSON-LD. One to one: `fromOdrl` gives the same terms back. */
export function toOdrl(right: string, terms: RightTerms): OdrlNode {
  const dataset = `urn:quanlian:dataset:${terms.dataset}`;
  const grantor = `urn:quanlian:department:${terms.grantor}`;
  return {
    '@context': context,
    '@type': 'Agreement',
    uid: `urn:quanlian:right:${right}`,
    profile,
    assigner: grantor,
    assignee: `urn:quanlian:department:${terms.grantee}`,
    permission: [
      {
        target: {
          '@type': 'AssetCollection',
          source: dataset,
          'quanlian:version': terms.version === 'latest' ? 'quanlian:latest' : `urn:quanlian:version:${terms.version}`,
          'quanlian:item': { '@list': terms.items.map((item) => itemIri(terms.dataset, item)) },
          ...(terms.rows.op === 'all' ? {} : { refinement: [scopeToOdrl(terms.dataset, terms.rows)] }),
        },
        action: 'use',
        constraint: constraintsOf(terms),
        ...dutiesOf(terms),
      },
    ],
    // Never passed on (Art. 25): no right can say otherwise, and every policy says so.
    prohibition: [{ target: dataset, action: 'distribute' }],
    ...(terms.transformations.length === 0
      ? {}
      : {
          obligation: terms.transformations.map(({ item, transformation }) => ({
            assignee: grantor,
            target: itemIri(terms.dataset, item),
            action: [{ 'rdf:value': { '@id': 'odrl:anonymize' }, refinement: transformationToOdrl(transformation) }],
          })),
        }),
  };
}

function itemIri(dataset: string, item: string): string {
  return `urn:quanlian:item:${dataset}:${encodeURIComponent(item)}`;
}

function constraint(leftOperand: string, operator: string, rightOperand: OdrlValue): OdrlNode {
  return { leftOperand, operator, rightOperand };
}

function constraintsOf({ purpose, window, quota, method, formats }: RightTerms): OdrlNode[] {
  const instant = (text: string): OdrlNode => ({ '@value': text, '@type': 'xsd:dateTime' });
  return [
    constraint('purpose', 'eq', { '@id': `urn:quanlian:text:${purpose.scenario}` }),
    constraint('quanlian:legalBasis', 'eq', { '@id': `urn:quanlian:text:${purpose.basis}` }),
    constraint('deliveryChannel', 'eq', { '@id': `quanlian:${method}` }),
    constraint(
      'fileFormat',
      'isAnyOf',
      formats.map((format) => ({ '@id': `quanlian:${format}` })),
    ),
    constraint('dateTime', 'gteq', instant(window.from)),
    constraint('dateTime', 'lt', instant(window.until)),
    constraint('count', 'lteq', quota.pulls),
    constraint('quanlian:rows', 'lteq', quota.rows),
    constraint('quanlian:pullsPerDay', 'lteq', quota.pullsPerDay),
  ];
}

function dutiesOf({ obligations }: RightTerms): { duty?: OdrlNode[] } {
  const duty: OdrlNode[] = [];
  if (obligations.accountForUse) duty.push({ action: 'quanlian:accountForUse' });
  if (obligations.deleteBy !== undefined) {
    duty.push({
      action: 'delete',
      constraint: [constraint('dateTime', 'lteq', { '@value': obligations.deleteBy, '@type': 'xsd:date' })],
    });
  }
  return duty.length === 0 ? {} : { duty };
}

function transformationToOdrl(transformation: Transformation): OdrlNode[] {
  const { kind, ...parameters } = transformation;
  return [
    constraint('quanlian:transformation', 'eq', { '@id': `quanlian:${kind}` }),
    ...Object.entries(parameters).map(([name, value]) => constraint(`quanlian:${name}`, 'eq', value)),
  ];
}

function scopeToOdrl(dataset: string, rows: RowScope): OdrlNode {
  switch (rows.op) {
    case 'all':
      return constraint('quanlian:row', 'eq', { '@id': 'quanlian:any' });
    case 'not':
      return { '@type': 'LogicalConstraint', 'quanlian:not': scopeToOdrl(dataset, rows.of) };
    case 'and':
    case 'or':
      return { '@type': 'LogicalConstraint', [rows.op]: { '@list': rows.of.map((part) => scopeToOdrl(dataset, part)) } };
    case '=':
      return constraint(itemIri(dataset, rows.item), 'eq', rows.value);
    case 'in':
      return constraint(itemIri(dataset, rows.item), 'isAnyOf', { '@list': rows.values });
    case 'between':
      return constraint(itemIri(dataset, rows.item), 'quanlian:between', { '@list': [rows.low, rows.high] });
    case 'prefix':
      return constraint(itemIri(dataset, rows.item), 'quanlian:beginsWith', rows.value);
    case 'key-list':
      return constraint(itemIri(dataset, rows.item), 'isPartOf', {
        '@id': `urn:quanlian:key-list:${rows.list}`,
        'quanlian:commitment': rows.commitment,
        'quanlian:count': rows.count,
      });
  }
}

/**
 * Reads a policy that `toOdrl` could have written. Anything else, also one that says only a little more, is refused
 * (`odrl-unreadable`): a term overlooked would be a right that nobody granted.
 */
export function fromOdrl(policy: unknown): Decided<{ right: string; terms: RightTerms }> {
  try {
    // Bounds depth and refuses what is not plain JSON, before anything walks it.
    canonicalText(policy as CanonicalValue);
    const node = policy as OdrlNode;
    const right = after(node.uid, 'urn:quanlian:right:');
    const terms = rightTermsSchema.parse(readTerms(node));
    return sameTerms(toOdrl(right, terms), node)
      ? yes({ right, terms })
      : no(refuse('odrl-unreadable', { reason: 'other-terms' }));
  } catch {
    return no(refuse('odrl-unreadable', { reason: 'shape' }));
  }
}

// From here on every reader takes what it needs and throws when it is not there; writing the result again proves that nothing was left.

function readTerms(policy: OdrlNode): unknown {
  const permission = one(policy.permission);
  const target = node(permission.target);
  const constraints = list(permission.constraint).map(node);
  const right = (operand: string, operator: string): OdrlValue => {
    const found = constraints.find((each) => each.leftOperand === operand && each.operator === operator);
    return (found as OdrlNode).rightOperand as OdrlValue;
  };
  const version = text(target['quanlian:version']);
  const dataset = after(target.source, 'urn:quanlian:dataset:');
  const readItem = (iri: OdrlValue | undefined): string => decodeURIComponent(after(iri, itemIri(dataset, '')));
  const refinement = target.refinement;
  return {
    dataset,
    version: version === 'quanlian:latest' ? 'latest' : after(version, 'urn:quanlian:version:'),
    grantor: after(policy.assigner, 'urn:quanlian:department:'),
    grantee: after(policy.assignee, 'urn:quanlian:department:'),
    purpose: {
      basis: after(id(right('quanlian:legalBasis', 'eq')), 'urn:quanlian:text:'),
      scenario: after(id(right('purpose', 'eq')), 'urn:quanlian:text:'),
    },
    items: listed(target['quanlian:item']).map(readItem),
    rows: refinement === undefined ? { op: 'all' } : readScope(one(refinement), readItem),
    transformations: list(policy.obligation ?? []).map((each) => readTransformation(node(each), readItem)),
    method: after(id(right('deliveryChannel', 'eq')), 'quanlian:'),
    formats: list(right('fileFormat', 'isAnyOf')).map((format) => after(id(format), 'quanlian:')),
    window: { from: node(right('dateTime', 'gteq'))['@value'], until: node(right('dateTime', 'lt'))['@value'] },
    quota: {
      pulls: right('count', 'lteq'),
      rows: right('quanlian:rows', 'lteq'),
      pullsPerDay: right('quanlian:pullsPerDay', 'lteq'),
    },
    obligations: readObligations(list(permission.duty ?? []).map(node)),
  };
}

function readObligations(duties: readonly OdrlNode[]): unknown {
  const deletion = duties.find(({ action }) => action === 'delete');
  return {
    accountForUse: duties.some(({ action }) => action === 'quanlian:accountForUse'),
    ...(deletion ? { deleteBy: node(one(deletion.constraint).rightOperand)['@value'] } : {}),
  };
}

function readTransformation(obligation: OdrlNode, readItem: (iri: OdrlValue | undefined) => string): unknown {
  const [kind, ...parameters] = list(one(obligation.action).refinement).map(node);
  return {
    item: readItem(obligation.target),
    transformation: {
      kind: after(id(kind?.rightOperand), 'quanlian:'),
      ...Object.fromEntries(parameters.map((each) => [after(each.leftOperand, 'quanlian:'), each.rightOperand])),
    },
  };
}

function readScope(scope: OdrlNode, readItem: (iri: OdrlValue | undefined) => string): unknown {
  for (const op of ['and', 'or'] as const) {
    if (scope[op] !== undefined) return { op, of: listed(scope[op]).map((part) => readScope(node(part), readItem)) };
  }
  if (scope['quanlian:not'] !== undefined) return { op: 'not', of: readScope(node(scope['quanlian:not']), readItem) };
  if (scope.leftOperand === 'quanlian:row') return { op: 'all' };
  const item = readItem(scope.leftOperand);
  const value = scope.rightOperand;
  switch (scope.operator) {
    case 'eq':
      return { op: '=', item, value };
    case 'isAnyOf':
      return { op: 'in', item, values: listed(value) };
    case 'quanlian:between': {
      const [low, high] = listed(value);
      return { op: 'between', item, low, high };
    }
    case 'quanlian:beginsWith':
      return { op: 'prefix', item, value };
    case 'isPartOf': {
      const list = node(value);
      return {
        op: 'key-list',
        item,
        list: after(id(list), 'urn:quanlian:key-list:'),
        commitment: list['quanlian:commitment'],
        count: list['quanlian:count'],
      };
    }
    default:
      throw new TypeError('operator');
  }
}

function text(value: OdrlValue | undefined): string {
  if (typeof value !== 'string') throw new TypeError('text');
  return value;
}

function after(value: OdrlValue | undefined, prefix: string): string {
  const whole = text(value);
  if (!whole.startsWith(prefix)) throw new TypeError(prefix);
  return whole.slice(prefix.length);
}

function list(value: OdrlValue | undefined): readonly OdrlValue[] {
  if (!Array.isArray(value)) throw new TypeError('list');
  return value as readonly OdrlValue[];
}

function node(value: OdrlValue | undefined): OdrlNode {
  if (typeof value !== 'object' || Array.isArray(value)) throw new TypeError('node');
  return value as OdrlNode;
}

function one(value: OdrlValue | undefined): OdrlNode {
  return node(list(value)[0]);
}

function listed(value: OdrlValue | undefined): readonly OdrlValue[] {
  return list(node(value)['@list']);
}

function id(value: OdrlValue | undefined): string {
  return text(node(value)['@id']);
}
