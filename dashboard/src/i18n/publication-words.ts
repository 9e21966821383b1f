/** Words of the data officer's page of releases, and of the page that says why a figure is hidden. */
const manyFr = (count: number, one: string, more: string) => (count < 2 ? one : more)
const manyEn = (count: number, one: string, more: string) => (count === 1 ? one : more)

export const publicationFr = {
  title: 'Publications',
  intro: 'Ce que le public voit, ce qu’il verra au prochain passage, et ce qui est retenu. Les motifs de cette page ne sortent pas d’ici : ils diraient quelque chose de quelqu’un.',
  nextRun: (when: string) => `Prochain passage : ${when}.`,
  next: {
    heading: 'Au prochain passage',
    sentence: (quarter: string) => `Fixé pour le trimestre qui commence le ${quarter}. Une maille n’est montrée que si son jour passe aussi les contrôles.`,
    cell: 'Maille', finest: 'Pas le plus fin', why: 'Pourquoi pas plus', cohort: (sha256: string) => `Empreinte des titulaires comptés : ${sha256}`,
    nothing: 'Aucun trimestre n’est encore fixé.', nothingDo: 'Il l’est quand le premier jour de mesures d’un trimestre a deux jours.',
    step: (step: string, reason: string) => `${step} : ${reason}`,
  },
  steps: { 'half-hourly': 'demi-heure', hourly: 'heure', daily: 'jour', monthly: 'mois', none: 'rien' },
  carriers: { electricity: 'électricité', heat: 'chaleur', gas: 'gaz', water: 'eau', cooling: 'froid', production: 'production' },
  kinds: { 'district-live': 'puissance du quartier', 'energy-daily': 'énergie du jour', 'curve-daily': 'courbe du jour', 'energy-monthly': 'énergie du mois' },
  reasons: {
    'too-few-holders': 'trop peu de titulaires', 'too-few-delivery-points': 'trop peu de points de livraison', 'too-few-points-for-step': 'trop peu de points pour ce pas (Code de l’énergie)',
    'dominant-holder': 'un titulaire domine', complementary: 'caché pour en protéger une autre', 'tight-interval': 'une valeur voisine se devinerait de trop près',
    'external-release': 'se déduirait d’une publication d’autrui', 'too-much-imputed': 'trop de mesures reconstituées', 'changed-members': 'titulaires changés depuis le trimestre précédent',
    'failed-step': 'un pas de la journée n’a pas passé', 'not-measured': 'pas mesuré', 'nothing-used': 'rien n’a été consommé',
  },
  released: {
    heading: 'Publié', carrier: 'Énergie', kind: 'Nature', all: 'toutes', allKinds: 'toutes', at: 'Période', publishedAt: 'Publié le', cells: 'Mailles', state: 'État', number: 'N°',
    shown: (shown: number, all: number) => `${shown} ${manyFr(shown, 'montrée', 'montrées')} sur ${all}`,
    wholeDistrict: 'quartier', online: 'en ligne', expired: 'hors délai de publication', taken: (person: string) => `retiré par ${person}`, asked: 'retrait en cours',
    none: 'Aucune publication ne correspond.', noneDo: 'Changez de filtre, ou attendez le prochain passage.', tableOf: 'Liste des publications',
    older: 'Plus anciennes', newest: 'Revenir aux plus récentes', details: (id: string) => `Détails de la publication ${id}`, open: 'Voir le document public',
  },
  details: {
    heading: (id: string) => `Publication ${id}`, held: 'Retenu', nothingHeld: 'Rien n’est retenu.', certificate: 'Ce qui a été vérifié', noCertificate: 'Mesurée aux départs du réseau : elle a ses propres règles et pas de certificat.',
    sums: (sums: string) => `Sommes déductibles, toutes sûres : ${sums}`, intervals: (intervals: string, narrowest: string) => `Intervalles calculés : ${intervals}, le plus étroit fait ${narrowest} de sa valeur`,
    rows: (rows: string) => `Lignes de la cohorte : ${rows}`, rules: (from: string) => `Règles en vigueur depuis ${from}`, hash: 'Empreinte SHA-256', signed: 'signée', unsigned: 'non signée',
    reason: (reason: string) => `Motif du retrait : ${reason}`,
  },
  withdraw: {
    heading: 'Retirer du public', what: 'Les chiffres disparaissent pour tout le monde et ne reviennent pas ; l’empreinte et le certificat restent. Le motif et votre nom sont gardés.',
    reason: 'Motif', send: 'Retirer', sure: (id: string) => `Oui, retirer la publication ${id}`, done: (id: string) => `La publication ${id} est retirée.`, cancel: 'Garder en ligne',
  },
  why: {
    title: 'Pourquoi un chiffre est caché',
    short: 'Un chiffre du quartier est montré quand il ne dit rien de personne. Sinon il est écrit « non publié », sans motif : le motif dirait déjà quelque chose.',
    crowdHeading: 'Se fondre dans la foule', crowd: (holders: string, points: string) => `Un total doit réunir au moins ${holders} titulaires et ${points} points de livraison. Un titulaire est un foyer ou une entreprise ; une entreprise qui a six compteurs compte une fois. Les services publics, dont les chiffres sont publics, ne comptent pas.`,
    bigHeading: 'Personne ne doit dépasser', big: (share: string) => `Si un commerce fait presque tout le total, le total le trahit. Aucun titulaire ne peut dépasser ${share} du total, et même le deuxième ne doit pas pouvoir deviner le premier en retirant sa propre part.`,
    neighbourHeading: 'Cacher un chiffre pour en protéger un autre', neighbour: 'Si le quartier et trois zones sur quatre sont connus, la quatrième l’est aussi, par différence. C’est pourquoi des chiffres sans danger par eux-mêmes sont parfois cachés.',
    timeHeading: 'Attendre', time: 'Un jour est publié deux jours plus tard à 6 h, un mois le 3 du mois suivant. Les courbes heure par heure restent 31 jours. Qui emménage n’entre dans les totaux qu’au trimestre suivant, pour qu’on ne le lise pas dans la différence ; si son arrivée se verrait encore, un indice remplace l’énergie.',
    gapsHeading: 'Quand des compteurs se taisent', gaps: (share: string) => `Une mesure qui manque est remplacée par l’habitude du même compteur. Au-delà de ${share} d’un total, rien n’est publié.`,
    rulesHeading: 'Les règles en vigueur', rulesOf: 'Règles de publication en vigueur', rule: 'Règle', value: 'Valeur',
    rules: {
      minHolders: 'Titulaires au moins', minDeliveryPoints: 'Points de livraison au moins', monthlyMinPoints: 'Points pour un total du mois', dailyMinPoints: 'Points pour un total du jour', monthWindowMinPoints: 'Points pour une courbe horaire',
      dominancePct: 'Plus grand titulaire, au plus', pPct: 'Marge du plus grand face au deuxième (règle p %)', intervalPct: 'Incertitude gardée autour d’un chiffre caché', imputedPct: 'Mesures reconstituées, au plus', joinSharePct: 'Arrivées et départs sans effet, jusqu’à',
    },
    since: (when: string) => `Depuis le ${when}.`,
    limitsHeading: 'Ce que nous ne promettons pas', limits: 'Ces règles protègent contre qui ne connaît que les publications. Personne ne peut protéger de ce que votre voisin sait déjà. Un chiffre publié n’est jamais corrigé ; il peut être retiré.',
    linksHeading: 'Pour aller plus loin', methodology: 'Les règles, lisibles par une machine (JSON)', catalogue: 'Catalogue des données ouvertes (Turtle)', feed: 'Fil des publications (Atom)', list: 'Toutes les publications et leurs empreintes (CSV)', licence: 'Données sous Licence Ouverte 2.0',
  },
}

export const publicationEn = {
  title: 'Releases',
  intro: 'What the public sees, what it will see at the next run, and what is held. The reasons on this page go no further: they would tell of somebody.',
  nextRun: (when: string) => `Next run: ${when}.`,
  next: {
    heading: 'At the next run',
    sentence: (quarter: string) => `Fixed for the quarter that begins on ${quarter}. A cell is shown only if its day passes the checks as well.`,
    cell: 'Cell', finest: 'Finest step', why: 'Why not more', cohort: (sha256: string) => `Hash of the holders that are counted: ${sha256}`,
    nothing: 'No quarter is fixed yet.', nothingDo: 'It is when the first measured day of a quarter is two days old.',
    step: (step: string, reason: string) => `${step}: ${reason}`,
  },
  steps: { 'half-hourly': 'half-hour', hourly: 'hour', daily: 'day', monthly: 'month', none: 'nothing' },
  carriers: { electricity: 'electricity', heat: 'heat', gas: 'gas', water: 'water', cooling: 'cooling', production: 'production' },
  kinds: { 'district-live': 'power of the district', 'energy-daily': 'energy of the day', 'curve-daily': 'curve of the day', 'energy-monthly': 'energy of the month' },
  reasons: {
    'too-few-holders': 'too few holders', 'too-few-delivery-points': 'too few delivery points', 'too-few-points-for-step': 'too few points for this step (Code de l’énergie)',
    'dominant-holder': 'one holder dominates', complementary: 'hidden to protect another', 'tight-interval': 'a neighbouring value could be guessed too closely',
    'external-release': 'would follow from a release of others', 'too-much-imputed': 'too many readings made up', 'changed-members': 'holders changed since the quarter before',
    'failed-step': 'a step of the day did not pass', 'not-measured': 'not measured', 'nothing-used': 'nothing was used',
  },
  released: {
    heading: 'Released', carrier: 'Carrier', kind: 'Kind', all: 'all', allKinds: 'all', at: 'Period', publishedAt: 'Released on', cells: 'Cells', state: 'State', number: 'No.',
    shown: (shown: number, all: number) => `${shown} of ${all} ${manyEn(all, 'cell', 'cells')} shown`,
    wholeDistrict: 'district', online: 'online', expired: 'its time is over', taken: (person: string) => `withdrawn by ${person}`, asked: 'being withdrawn',
    none: 'No release fits.', noneDo: 'Change the filter, or wait for the next run.', tableOf: 'List of releases',
    older: 'Older ones', newest: 'Back to the newest', details: (id: string) => `Details of release ${id}`, open: 'See the public document',
  },
  details: {
    heading: (id: string) => `Release ${id}`, held: 'Held', nothingHeld: 'Nothing is held.', certificate: 'What was verified', noCertificate: 'Measured at the feeder heads: it has rules of its own and no certificate.',
    sums: (sums: string) => `Sums that can be derived, all of them safe: ${sums}`, intervals: (intervals: string, narrowest: string) => `Intervals computed: ${intervals}, the narrowest is ${narrowest} of its value`,
    rows: (rows: string) => `Rows of the cohort: ${rows}`, rules: (from: string) => `Rules in force since ${from}`, hash: 'SHA-256', signed: 'signed', unsigned: 'not signed',
    reason: (reason: string) => `Reason of the withdrawal: ${reason}`,
  },
  withdraw: {
    heading: 'Withdraw from the public', what: 'The figures go for everybody and do not come back; hash and certificate stay. The reason and your name are kept.',
    reason: 'Reason', send: 'Withdraw', sure: (id: string) => `Yes, withdraw release ${id}`, done: (id: string) => `Release ${id} is withdrawn.`, cancel: 'Leave it online',
  },
  why: {
    title: 'Why a figure is hidden',
    short: 'A figure of the district is shown when it tells nothing of anybody. Else it says “not published”, without a reason: the reason would already tell something.',
    crowdHeading: 'Being one of many', crowd: (holders: string, points: string) => `A total must bring together at least ${holders} holders and ${points} delivery points. A holder is a household or a firm; a firm with six meters counts once. Public services, whose figures are public, do not count.`,
    bigHeading: 'Nobody may stand out', big: (share: string) => `If one shop makes nearly the whole total, the total betrays it. No holder may pass ${share} of the total, and not even the second largest may be able to guess the largest by taking off its own part.`,
    neighbourHeading: 'Hiding one figure to protect another', neighbour: 'If the district and three zones of four are known, the fourth is known as well, by difference. That is why figures that are harmless by themselves are hidden now and then.',
    timeHeading: 'Waiting', time: 'A day is released two days later at 6 a.m., a month on the 3rd of the next. Curves by the hour stay for 31 days. Who moves in enters the totals in the next quarter only, so that nobody reads it in the difference; if the arrival would still be seen, an index replaces the energy.',
    gapsHeading: 'When meters are silent', gaps: (share: string) => `A missing reading is replaced by what is usual for the same meter. Beyond ${share} of a total nothing is published.`,
    rulesHeading: 'The rules in force', rulesOf: 'Rules of publication in force', rule: 'Rule', value: 'Value',
    rules: {
      minHolders: 'Holders at least', minDeliveryPoints: 'Delivery points at least', monthlyMinPoints: 'Points for a total of a month', dailyMinPoints: 'Points for a total of a day', monthWindowMinPoints: 'Points for an hourly curve',
      dominancePct: 'Largest holder, at most', pPct: 'Margin of the largest against the second (p% rule)', intervalPct: 'Uncertainty kept around a hidden figure', imputedPct: 'Readings made up, at most', joinSharePct: 'Arrivals and departures without effect, up to',
    },
    since: (when: string) => `Since ${when}.`,
    limitsHeading: 'What we do not promise', limits: 'These rules protect against whoever knows the releases alone. Nobody can protect from what your neighbour knows already. A released figure is never corrected; it can be withdrawn.',
    linksHeading: 'To go further', methodology: 'The rules, readable by a machine (JSON)', catalogue: 'Catalogue of the open data (Turtle)', feed: 'Feed of releases (Atom)', list: 'All releases and their hashes (CSV)', licence: 'Data under Licence Ouverte 2.0',
  },
} satisfies typeof publicationFr
