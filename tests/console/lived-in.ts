import { routes, type ProposalView } from '#contracts';
import {
  approved,
  askedFor,
  deliveryIn,
  foundSmallCity,
  granted,
  published,
  settled,
  villageCsv,
  villageEntry,
  type OpenExchange,
  type SmallCity,
} from '#testing';

/** A small city in which every kind of page has something to show. */
export interface LivedInCity extends SmallCity {
  /** Shared on conditions, with rows. */
  readonly dataset: string;
  /** A request of the requesting department that waits for its decision. */
  readonly request: string;
  /** One that its provider asks a supplement for. */
  readonly incomplete: string;
  /** The provider's grant that waits for its office head. */
  readonly grant: ProposalView;
  /** The requesting department's request that waits for its own office head. */
  readonly asking: ProposalView;
  readonly right: string;
  /** The entry by which it was granted: both sides may see it. */
  readonly entry: number;
  /** Under that right: prepared, not received yet. */
  readonly delivery: string;
}

/** Founds a small city and lets its people do a little of everything. */
export async function foundLivedInCity(exchange: OpenExchange): Promise<LivedInCity> {
  const city = await foundSmallCity(exchange);
  const { requester, requesterHead, steward, providerHead } = city;
  const dataset = await published(city, villageEntry(), villageCsv(500));
  await settled(
    steward,
    await steward.client.call(routes.enterDataset, {
      body: {
        entry: villageEntry({
          title: '封存的档案目录',
          resourceCode: '3/1/1/1/000002',
          shareType: 'not-shared',
          shareCondition: '《中华人民共和国刑事诉讼法》第二百八十六条',
        }),
        noSecrets: true,
      },
    }),
  );
  const right = await granted(city, dataset);
  const pulled = await requester.client.call(routes.pull, { params: { id: right }, body: {} });
  const ask = (scenario: string, change: object = {}) =>
    requester.client.call(routes.submitRequest, {
      body: { dataset, asked: askedFor({ purpose: { basis: '《社会救助暂行办法》第十七条', scenario }, ...change }) },
    });
  const request = await approved(requesterHead, await ask('临时救助对象核对'));
  const decided = await approved(requesterHead, await ask('医疗救助对象核对'));
  const grant = await steward.client.call(routes.decideRequest, { params: { id: decided.id }, body: { decision: 'agree' } });
  const incomplete = await approved(requesterHead, await ask('教育救助对象核对'));
  const supplement = await steward.client.call(routes.decideRequest, {
    params: { id: incomplete.id },
    body: { decision: 'supplement', missing: '请补充救助对象的认定依据。' },
  });
  await (supplement.state === 'awaiting-approval' ? approved(providerHead, supplement) : settled(steward, supplement));
  const asking = await ask('住房救助对象核对');
  await deliveryIn(requester, pulled.delivery, 'prepared');
  const { items: entries } = await requester.client.call(routes.trail, { query: { right, type: 'right.granted' } });
  return {
    ...city,
    dataset,
    request: request.id,
    incomplete: incomplete.id,
    grant,
    asking,
    right,
    entry: entries[0]?.index ?? 0,
    delivery: pulled.delivery,
  };
}
