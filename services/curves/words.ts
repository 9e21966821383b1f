/** Everything that a report or a summary says, in the languages it can be asked for. */
export const LANGUAGES = ['en', 'fr'] as const
export type Language = (typeof LANGUAGES)[number]

const EN = {
  title: (name: string) => `How well ${name} can be forecast`,
  verdict: 'In short', data: 'What was tried', scoresHeading: 'Scores', week: 'The last week tried', reliabilityHeading: 'Reliability of the quantiles', skillHeading: 'Skill by lead time', seasonsHeading: 'By season', howHeading: 'How it was made', faultsHeading: 'Faults of the files',
  file: 'File', series: 'Series', period: 'Days tried', history: 'History before them', step: 'Step', timeZone: 'Time zone', holidays: 'Public holidays', weather: 'Weather', delay: 'Delivery of the values', missing: 'Missing in the days tried', origin: 'Issue', fitted: 'Learned anew',
  france: 'France', none: 'none', fromTo: (from: string, to: string, days: string) => `${from} to ${to} (${days} days)`, daysOf: (days: string) => `${days} days`, minutes: (minutes: string) => `${minutes} min`,
  finer: (from: string, to: string, summed: boolean) => `${from} min in the file, ${summed ? 'added up' : 'averaged'} to ${to} min`, everyDays: (days: string) => `every ${days} days`,
  atOnce: 'at the end of each step', later: (hours: string) => `${hours} h after the end of each step`, atMidnight: 'at local midnight, with nothing that arrived later',
  sameDay: 'Same day', dayAhead: 'Day before', leadDays: (days: string) => `${days} days before`, colon: ': ', leadsNote: 'Same day: issued at the midnight at which the day begins, 1 to 24 hours ahead. Day before: one midnight earlier, 25 to 48 hours ahead.',
  noWeather: 'none', perfect: 'perfect weather', withError: 'forecast weather', numbers: 'The numbers',
  perfectNote: 'Perfect weather: the forecast was given the weather that was observed afterwards; a real forecast of the weather is off, and the load with it. Read the scores as the best the method can do.',
  errorNote: (seed: string) => `Forecast weather: the forecast was given a weather forecast as it would have been issued, observed weather with an error that grows with the lead time (temperature 0.9 to 1.6 degC over the first day, 1.6 to 1.9 degC over the second; made, seed ${seed}). Where no archive of issued forecasts is at hand it stands in for one.`,
  forecast: 'Forecast', naive: 'Week before', similarDay: 'Mean of similar days', issued: 'Issued', mae: 'MAE', rmse: 'RMSE', nMae: 'MAE, % of mean', pinball: 'Pinball, % of mean', peak: 'Daily peak, % off', cover: 'In the 90 % band, %',
  short: (error: string, share: string, cover: string) => `Issued the day before, the forecast is off by ${error} on average (${share} of the mean). Its 90 % band held ${cover} of what was measured.`,
  better: (week: string, alike: string) => `Against the value of the week before the error is ${week}, against the mean of similar days ${alike}.`,
  gaveWay: (days: string, all: string) => `On ${days} of ${all} days the mean of similar days answered instead: it had been better over the four weeks before, and in service the same rule holds.`,
  less: (share: string) => `${share} smaller`, more: (share: string) => `${share} larger`,
  withErrorShort: (error: string) => `With weather that is only forecast, as in service, it is off by ${error}.`,
  bandNarrow: 'The band is too narrow: it holds less than it promises.', bandWide: 'The band is wider than it need be.', bandGood: 'The band keeps what it promises.', bandUnsure: 'So few days say little of the band.',
  drifted: (recent: string, before: string, days: string) => `The errors have grown: ${recent} a day lately against ${before} before, since about ${days} days.`, steady: 'Nothing says that the forecaster has become worse in the last two weeks.', driftUnknown: 'The history is too short to say whether the forecaster is becoming worse.',
  measured: 'Measured', forecastLine: 'Forecast', band: '90 % band', perfectly: 'perfectly reliable', level: 'Level', below: 'Measured below it', ahead: 'Hours ahead', skill: 'Skill', naiveMae: 'MAE, week before',
  reliabilityNote: 'Of each quantile: the share of the measured values that lay below it. On the diagonal it is as it says.', skillNote: 'How much smaller the mean absolute error is than that of the same hour a week before: 100 % would be perfect, 0 % no gain. The curve of the same day and that of the day before are different issues.',
  weekNote: 'Issued the day before, at midnight.', season: 'Season', days: 'Days', seasons: { 'dec-feb': 'December to February', 'mar-may': 'March to May', 'jun-aug': 'June to August', 'sep-nov': 'September to November' },
  oneSeason: 'Fewer than a year was tried: the seasons that are missing say nothing yet.',
  how: { blend: 'A blend of ridge regressions by the time of day and boosted trees, on calendar, weather and the days before; the band by adaptive conformal quantiles.', ridge: 'Ridge regression by the time of day on calendar, weather and the days before, since the history is too short for more; the band by adaptive conformal quantiles.' },
  compared: 'Every day is forecast as it would have been issued: fits, weights of the blend and band know only what had arrived. All three forecasts are compared on the same values; values that one of them could not forecast were left out:',
  fault: { 'bad-time': 'no time that exists', 'bad-value': 'no number', 'missing-column': 'too few columns', 'bad-quotes': 'quotes that do not fit', 'line-too-long': 'line too long', 'time-twice': 'a time that was there before', 'off-step': 'a time between the steps' },
  line: 'line', faultCount: (count: string, file: string) => `${count} values or lines of ${file} count for nothing or were replaced:`, andMore: (count: string) => `and ${count} more`, noFaults: 'Every line could be used.',
  written: (file: string) => `Report: ${file}`,
  forecastTitle: (name: string) => `Forecast of ${name}`, issuedAt: 'Issued', method: 'By', methods: { blend: 'a blend of all forecasters', ridge: 'ridge regression', 'similar-day': 'the mean of similar days', constant: 'quantiles of all that was measured' }, reasons: { 'history-short': 'the history is too short for more', 'simpler-was-better': 'it was better over the last four weeks', 'older-fit-was-better': 'an older fit was better over the last four weeks' },
  lately: (own: string, alike: string) => `Mean absolute error over the last four weeks: ${own}; mean of similar days ${alike}.`, mean: 'Mean', highest: 'Highest', atTime: 'at', band90: '90 % band of the peak',
  netTitle: (name: string) => `Forecast of ${name} less production`, netMethod: (load: string, production: string) => `Load by ${load}, production by ${production}.`, netLoad: 'Load, mean', behindName: 'photovoltaics',
  netAssumed: 'How far the errors of both go together is not known yet: the band assumes it.',
  behind: (size: string, lowest: string, highest: string, days: string) => `Photovoltaics behind the meter, estimated: ${size} at 1,000 W/m², between ${lowest} and ${highest} (95 %), from ${days} days.`,
  splitRefused: { 'light-unknown': 'It has no irradiance among its weather: the photovoltaics behind a meter are seen by it. Give --weather.', 'history-short': 'Too few days are known to see photovoltaics behind the meter.', 'light-alike': 'The light hardly differs from a day to the same one a week later: nothing can be seen behind the meter.', 'not-seen': 'Its values do not surely fall with the light: no photovoltaics are seen behind the meter.', changed: 'The first and the second half of the history say different sizes: give the part after what was built or taken down.' },
  usualWeather: (names: string, from: string) => `Weather: from ${from} on the file has no ${names}; the usual weather of the season stands in.`, day: 'Day', of: { calendar: 'calendar', weather: 'weather', recent: 'recent days' },
}

const FR: typeof EN = {
  title: (name) => `Prévisibilité de la courbe ${name}`,
  verdict: 'En bref', data: 'Données de l’essai', scoresHeading: 'Scores', week: 'Dernière semaine de l’essai', reliabilityHeading: 'Fiabilité des quantiles', skillHeading: 'Gain selon l’échéance', seasonsHeading: 'Par saison', howHeading: 'Méthode', faultsHeading: 'Défauts des fichiers',
  file: 'Fichier', series: 'Série', period: 'Jours essayés', history: 'Historique avant ceux-ci', step: 'Pas', timeZone: 'Fuseau horaire', holidays: 'Jours fériés', weather: 'Météo', delay: 'Arrivée des valeurs', missing: 'Manquant sur les jours essayés', origin: 'Émission', fitted: 'Réapprentissage',
  france: 'France', none: 'aucun', fromTo: (from, to, days) => `du ${from} au ${to} (${days} jours)`, daysOf: (days) => `${days} jours`, minutes: (minutes) => `${minutes} min`,
  finer: (from, to, summed) => `${from} min dans le fichier, ${summed ? 'sommés' : 'moyennés'} sur ${to} min`, everyDays: (days) => `tous les ${days} jours`,
  atOnce: 'à la fin de chaque pas', later: (hours) => `${hours} h après la fin de chaque pas`, atMidnight: 'à minuit local, sans rien de ce qui est arrivé après',
  sameDay: 'Jour même', dayAhead: 'Veille', leadDays: (days) => `${days} jours avant`, colon: '\u00A0: ', leadsNote: 'Jour même : émise à minuit, au début du jour, échéance de 1 à 24 h. Veille : émise un minuit plus tôt, échéance de 25 à 48 h.',
  noWeather: 'aucune', perfect: 'météo parfaite', withError: 'météo prévue', numbers: 'Les chiffres',
  perfectNote: 'Météo parfaite : la prévision a reçu la météo observée après coup ; une vraie prévision météo se trompe, et la charge avec elle. Ces scores sont le mieux que la méthode puisse faire.',
  errorNote: (seed) => `Météo prévue : la prévision a reçu une prévision météo telle qu’elle aurait été émise, la météo observée avec une erreur qui croît avec l’échéance (température : 0,9 à 1,6 °C le premier jour, 1,6 à 1,9 °C le second ; simulée, graine ${seed}). Elle remplace les archives de prévisions quand on n’en a pas.`,
  forecast: 'Prévision', naive: 'Semaine précédente', similarDay: 'Moyenne de jours semblables', issued: 'Émise', mae: 'EAM', rmse: 'REQM', nMae: 'EAM, % de la moyenne', pinball: 'Pinball, % de la moyenne', peak: 'Pointe du jour, écart %', cover: 'Dans la bande à 90 %, %',
  short: (error, share, cover) => `Émise la veille, la prévision s’écarte de ${error} en moyenne (${share} de la moyenne). Sa bande à 90 % a contenu ${cover} des mesures.`,
  better: (week, alike) => `Par rapport à la valeur de la semaine précédente, l’erreur est ${week} ; par rapport à la moyenne de jours semblables, ${alike}.`,
  gaveWay: (days, all) => `Pour ${days} jours sur ${all}, la moyenne de jours semblables a répondu à sa place : elle avait été meilleure les quatre semaines d’avant ; la même règle vaut en service.`,
  less: (share) => `plus petite de ${share}`, more: (share) => `plus grande de ${share}`,
  withErrorShort: (error) => `Avec une météo seulement prévue, comme en service, elle s’écarte de ${error}.`,
  bandNarrow: 'La bande est trop étroite : elle contient moins qu’elle ne promet.', bandWide: 'La bande est plus large que nécessaire.', bandGood: 'La bande tient ce qu’elle promet.', bandUnsure: 'Si peu de jours ne disent guère ce que vaut la bande.',
  drifted: (recent, before, days) => `Les erreurs ont augmenté : ${recent} par jour récemment contre ${before} avant, depuis environ ${days} jours.`, steady: 'Rien n’indique que le prévisionniste se soit dégradé ces deux dernières semaines.', driftUnknown: 'L’historique est trop court pour dire si le prévisionniste se dégrade.',
  measured: 'Mesure', forecastLine: 'Prévision', band: 'bande à 90 %', perfectly: 'fiabilité parfaite', level: 'Niveau', below: 'Mesures au-dessous', ahead: 'Échéance, h', skill: 'Gain', naiveMae: 'EAM, semaine précédente',
  reliabilityNote: 'Pour chaque quantile : la part des mesures qui étaient au-dessous. Sur la diagonale, il dit vrai.', skillNote: 'De combien l’erreur absolue moyenne est plus petite que celle de la même heure une semaine avant : 100 % serait parfait, 0 % sans gain. Les courbes du jour même et de la veille sont deux émissions différentes.',
  weekNote: 'Émise la veille, à minuit.', season: 'Saison', days: 'Jours', seasons: { 'dec-feb': 'décembre à février', 'mar-may': 'mars à mai', 'jun-aug': 'juin à août', 'sep-nov': 'septembre à novembre' },
  oneSeason: 'Moins d’une année a été essayée : les saisons absentes ne disent encore rien.',
  how: { blend: 'Mélange de régressions ridge selon l’heure et d’arbres boostés, sur le calendrier, la météo et les jours précédents ; bande par quantiles conformes adaptatifs.', ridge: 'Régression ridge selon l’heure sur le calendrier, la météo et les jours précédents, l’historique étant trop court pour mieux ; bande par quantiles conformes adaptatifs.' },
  compared: 'Chaque jour est prévu comme il aurait été émis : apprentissage, poids du mélange et bande ne connaissent que ce qui était arrivé. Les trois prévisions sont comparées sur les mêmes valeurs ; valeurs que l’une d’elles n’a pas pu prévoir, laissées de côté :',
  fault: { 'bad-time': 'heure qui n’existe pas', 'bad-value': 'pas un nombre', 'missing-column': 'colonnes manquantes', 'bad-quotes': 'guillemets mal fermés', 'line-too-long': 'ligne trop longue', 'time-twice': 'heure déjà donnée', 'off-step': 'heure entre les pas' },
  line: 'ligne', faultCount: (count, file) => `${count} valeurs ou lignes de ${file} ne comptent pas ou ont été remplacées :`, andMore: (count) => `et ${count} autres`, noFaults: 'Toutes les lignes ont pu être utilisées.',
  written: (file) => `Rapport : ${file}`,
  forecastTitle: (name) => `Prévision de ${name}`, issuedAt: 'Émise', method: 'Par', methods: { blend: 'un mélange de tous les prévisionnistes', ridge: 'régression ridge', 'similar-day': 'la moyenne de jours semblables', constant: 'les quantiles de tout ce qui a été mesuré' }, reasons: { 'history-short': 'l’historique est trop court pour mieux', 'simpler-was-better': 'elle a été meilleure ces quatre dernières semaines', 'older-fit-was-better': 'un apprentissage plus ancien a été meilleur ces quatre dernières semaines' },
  lately: (own, alike) => `Erreur absolue moyenne des quatre dernières semaines : ${own} ; moyenne de jours semblables ${alike}.`, mean: 'Moyenne', highest: 'Pointe', atTime: 'à', band90: 'bande à 90 % de la pointe',
  netTitle: (name) => `Prévision de ${name} moins la production`, netMethod: (load, production) => `Consommation par ${load}, production par ${production}.`, netLoad: 'Consommation, moyenne', behindName: 'photovoltaïque',
  netAssumed: 'Comment les erreurs des deux vont ensemble n’est pas encore connu : la bande le suppose.',
  behind: (size, lowest, highest, days) => `Photovoltaïque derrière le compteur, estimé : ${size} à 1 000 W/m², entre ${lowest} et ${highest} (95 %), d’après ${days} jours.`,
  splitRefused: { 'light-unknown': 'Sa météo n’a pas d’ensoleillement, par lequel on voit le photovoltaïque derrière un compteur. Donnez --weather.', 'history-short': 'Trop peu de jours sont connus pour voir du photovoltaïque derrière le compteur.', 'light-alike': 'La lumière ne change guère d’un jour au même jour une semaine plus tard : rien ne se voit derrière le compteur.', 'not-seen': 'Ses valeurs ne baissent pas sûrement avec la lumière : aucun photovoltaïque ne se voit derrière le compteur.', changed: 'Les deux moitiés de l’historique disent des tailles différentes : donnez la partie qui suit les travaux.' },
  usualWeather: (names, from) => `Météo : à partir du ${from} le fichier n’a plus ${names} ; la météo habituelle de la saison la remplace.`, day: 'Jour', of: { calendar: 'calendrier', weather: 'météo', recent: 'jours récents' },
}

export type Words = typeof EN
export const WORDS: Readonly<Record<Language, Words>> = { en: EN, fr: FR }

/** Numbers as a reader of the language writes them. */
export function numbersOf(language: Language) {
  const format = (options: Intl.NumberFormatOptions) => new Intl.NumberFormat(language, options)
  const significant = format({ minimumSignificantDigits: 3, maximumSignificantDigits: 3 })
  const [plain, one] = [format({ maximumFractionDigits: 0 }), format({ minimumFractionDigits: 1, maximumFractionDigits: 1 })]
  const orDash = (write: (value: number) => string) => (value: number) => (Number.isFinite(value) ? write(value) : '–')
  return {
    /** Three digits that count, whole numbers above. */
    value: orDash((value) => (Math.abs(value) >= 1000 ? plain.format(value) : significant.format(value))),
    count: orDash((value) => plain.format(value)),
    tenths: orDash((value) => one.format(value)),
    percent: orDash((value) => `${one.format(value)}\u00A0%`),
  }
}
