package understudy.dataset.facts;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;

/// What is made of facts by rules: conversations to learn from, and questions kept back.
///
/// Nobody's words but the owner's are in the answers: those about known facts are the owner's
/// facts, dressed in the owner's manner; those about unknown ones are evasions that the owner
/// wrote. The draw is the same each time.
///
/// @param talks     a conversation each, of one to three exchanges
/// @param told      exchanges about known facts
/// @param evaded    exchanges about unknown ones
/// @param questions kept back
public record FactTalks(List<List<Exchange>> talks, int told, int evaded, FactQuestions questions) {
    /// Of somebody who wrote no facts.
    public static final FactTalks NONE = new FactTalks(List.of(), 0, 0, FactQuestions.NONE);

    private static final long SEED = 20_261_127;

    /// Never unknown: every conversation opens with it.
    private static final String NAME = "name";

    /// Every so many topics that nothing is known of are not practised either, to measure with.
    private static final int NOT_PRACTISED = 3;

    private static final int MOST_IN_TALK = 3;

    public FactTalks {
        talks = talks.stream().map(List::copyOf).toList();
    }

    /// A question and its answer.
    public record Exchange(String topic, String asked, String answer) {}

    /// The owner, as far as the rules need to know them.
    ///
    /// @param languages at least one
    /// @param evasions  what they said in place of an answer, see [Evasions#collect]
    public record Owner(List<FactLanguage> languages, Manner manner, List<String> evasions) {
        public Owner {
            languages = List.copyOf(languages);
            evasions = List.copyOf(evasions);
        }

        /// @param own   the owner's turns, in the order of time
        /// @param pairs turns of others and the owner's answers to them
        public static Owner of(List<String> own, List<Evasions.Pair> pairs) {
            return new Owner(FactLanguage.of(own), Manner.of(own), Evasions.collect(own, pairs));
        }
    }

    /// @param mostUnknown exchanges about unknown facts at most; 0 for none
    /// @param line        see [FactQuestions#line()]
    public static FactTalks of(List<Fact> facts, Owner owner, int mostUnknown, String line) {
        if (facts.isEmpty()) {
            return NONE;
        }
        return new Maker(facts, owner).make(mostUnknown, line);
    }

    private static final class Maker {
        private final Random random = new Random(SEED);
        private final List<Fact> facts;
        private final Owner owner;
        private final List<String> unknown = new ArrayList<>();
        private final Set<String> practised = new LinkedHashSet<>();

        Maker(List<Fact> facts, Owner owner) {
            this.facts = facts;
            this.owner = owner;
            unknown.addAll(Wordings.topics());
            unknown.remove(NAME);
            for (Fact fact : facts) {
                if (!fact.isStatement()) {
                    unknown.remove(Wordings.topic(fact.key()));
                }
            }
            Collections.shuffle(unknown, random);
        }

        FactTalks make(int mostUnknown, String line) {
            List<Exchange> told = new ArrayList<>();
            for (Fact fact : facts) {
                owner.languages().forEach(language -> tell(fact, Wordings.of(language), told));
            }
            List<Exchange> evaded = evade(Math.min(mostUnknown, told.size()));
            List<Exchange> all = new ArrayList<>(told);
            all.addAll(evaded);
            Collections.shuffle(all, random);
            FactQuestions questions = new FactQuestions(line, questions());
            return new FactTalks(talks(all), told.size(), evaded.size(), questions);
        }

        private void tell(Fact fact, Wordings wordings, List<Exchange> to) {
            if (fact.isStatement()) {
                for (String ask : abouts(fact, wordings)) {
                    to.add(new Exchange("", ask, dress(fact.value())));
                }
                return;
            }
            Wordings.Topic topic = wordings.topicOf(fact.key());
            String id = Wordings.topic(fact.key());
            List<String> sentences = topic.answers(fact.value());
            for (String ask : topic.ask()) {
                for (String asked : List.of(ask, opened(ask, wordings))) {
                    boolean bare = sentences.isEmpty() || owner.manner().bare(random);
                    String answer =
                            bare ? fact.value() : sentences.get(random.nextInt(sentences.size()));
                    to.add(new Exchange(id, asked, dress(answer)));
                }
            }
            if (!sentences.isEmpty()) {
                List<String> about = wordings.about();
                String ask = about.get(random.nextInt(about.size()));
                to.add(new Exchange("", ask, dress(sentences.getLast())));
            }
        }

        private List<String> abouts(Fact fact, Wordings wordings) {
            List<String> asks = new ArrayList<>(wordings.about());
            if (!fact.topic().isEmpty()) {
                asks.add(wordings.about(fact.topic()));
            }
            return asks;
        }

        private String dress(String answer) {
            return owner.manner().dress(answer, random);
        }

        private String opened(String ask, Wordings wordings) {
            List<String> openers = wordings.openers();
            return openers.get(random.nextInt(openers.size())) + ask;
        }

        private List<Exchange> evade(int most) {
            List<Exchange> evaded = new ArrayList<>();
            if (owner.evasions().isEmpty() || most == 0) {
                return evaded;
            }
            List<String> evasions = new ArrayList<>(owner.evasions());
            Collections.shuffle(evasions, random);
            for (int i = 0; i < unknown.size(); i++) {
                if (i % NOT_PRACTISED != NOT_PRACTISED - 1) {
                    practised.add(unknown.get(i));
                }
            }
            for (int round = 0; evaded.size() < most; round++) {
                int before = evaded.size();
                for (String topic : practised) {
                    for (FactLanguage language : owner.languages()) {
                        Wordings wordings = Wordings.of(language);
                        List<String> asks = wordings.topicOf(topic).ask();
                        if (round < asks.size() && evaded.size() < most) {
                            boolean plain = random.nextBoolean();
                            String ask = asks.get(round);
                            String asked = plain ? ask : opened(ask, wordings);
                            String answer = evasions.get(evaded.size() % evasions.size());
                            evaded.add(new Exchange(topic, asked, answer));
                        }
                    }
                }
                if (evaded.size() == before) {
                    break;
                }
            }
            return evaded;
        }

        /// Known and unknown facts by turns, so that a conversation has both; no topic twice.
        private List<List<Exchange>> talks(List<Exchange> all) {
            List<List<Exchange>> talks = new ArrayList<>();
            List<Exchange> talk = new ArrayList<>();
            for (Exchange exchange : all) {
                boolean again = talk.stream().anyMatch(e -> e.topic().equals(exchange.topic()));
                if (!talk.isEmpty() && (again || talk.size() > talks.size() % MOST_IN_TALK)) {
                    talks.add(List.copyOf(talk));
                    talk.clear();
                }
                talk.add(exchange);
            }
            if (!talk.isEmpty()) {
                talks.add(List.copyOf(talk));
            }
            return talks;
        }

        private List<FactQuestion> questions() {
            List<List<FactQuestion>> known = new ArrayList<>();
            for (Fact fact : facts) {
                List<String> values = Normal.values(fact.value());
                if (!fact.isStatement() && !values.isEmpty()) {
                    known.add(held(fact.key(), values, true));
                }
            }
            List<List<FactQuestion>> open = new ArrayList<>();
            for (String topic : unknown) {
                open.add(held(topic, List.of(), practised.contains(topic)));
            }
            List<FactQuestion> all = new ArrayList<>(byTurns(known));
            all.addAll(byTurns(open));
            return all;
        }

        /// Every kept-back wording of a topic, alone and behind each opener.
        private List<FactQuestion> held(String key, List<String> values, boolean learned) {
            List<FactQuestion> all = new ArrayList<>();
            for (FactLanguage language : owner.languages()) {
                Wordings wordings = Wordings.of(language);
                for (String ask : wordings.topicOf(key).held()) {
                    all.add(new FactQuestion(Wordings.topic(key), ask, values, learned));
                    for (String opener : wordings.openers()) {
                        String text = opener + ask;
                        all.add(new FactQuestion(Wordings.topic(key), text, values, learned));
                    }
                }
            }
            Collections.shuffle(all, random);
            return all;
        }

        /// One of each list, then another of each, until there are enough.
        private static List<FactQuestion> byTurns(List<List<FactQuestion>> lists) {
            List<FactQuestion> all = new ArrayList<>();
            int longest = lists.stream().mapToInt(List::size).max().orElse(0);
            for (int round = 0; round < longest; round++) {
                for (List<FactQuestion> list : lists) {
                    if (round < list.size() && all.size() < FactQuestions.EACH) {
                        all.add(list.get(round));
                    }
                }
            }
            return all;
        }
    }
}
