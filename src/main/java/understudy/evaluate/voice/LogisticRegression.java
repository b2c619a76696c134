package understudy.evaluate.voice;

import java.util.ArrayList;
import java.util.List;

/// Two classes told apart by a weighted sum of features.
///
/// Fitted to the minimum of
/// `|w|^2 / 2 + C * sum_i c_i * log(1 + exp(-y_i (w x_i + b)))`, where y is
/// 1 or -1 and `c_i = n / (2 n_class)` gives both classes the same weight. The function is convex,
/// so there is one minimum, whatever the machine; found by L-BFGS (Nocedal and Wright 2006,
/// algorithm 7.5).
final class LogisticRegression {
    private static final int MEMORY = 10;
    private static final int MOST_STEPS = 200;
    private static final double DONE = 1e-4;
    private static final double ARMIJO = 1e-4;
    private static final int HALVINGS = 30;

    private final double[] weights; // the last is the bias, which is not held down

    private LogisticRegression(double[] weights) {
        this.weights = weights;
    }

    /// @param places   number of features
    /// @param texts    at least one of each class
    /// @param positive of each text, whether it belongs to the first class
    /// @param c        how much errors count against large weights; above 0
    static LogisticRegression fit(
            int places, List<CharacterGrams> texts, boolean[] positive, double c) {
        Problem problem = new Problem(places, texts, positive, c);
        double[] at = new double[places + 1];
        double[] gradient = new double[places + 1];
        double value = problem.at(at, gradient);
        double first = norm(gradient);
        List<double[]> moves = new ArrayList<>();
        List<double[]> turns = new ArrayList<>();
        for (int step = 0; step < MOST_STEPS && norm(gradient) > DONE * first; step++) {
            double[] direction = direction(gradient, moves, turns);
            double slope = dot(direction, gradient);
            double length = moves.isEmpty() ? Math.min(1, 1 / norm(gradient)) : 1;
            double[] next = at.clone();
            double[] nextGradient = new double[at.length];
            add(next, direction, length);
            double nextValue = problem.at(next, nextGradient);
            for (int i = 0; i < HALVINGS && nextValue > value + ARMIJO * length * slope; i++) {
                length /= 2;
                next = at.clone();
                add(next, direction, length);
                nextValue = problem.at(next, nextGradient);
            }
            if (nextValue >= value) {
                break; // as low as doubles can tell
            }
            remember(moves, turns, at, next, gradient, nextGradient);
            at = next;
            gradient = nextGradient;
            value = nextValue;
        }
        return new LogisticRegression(at);
    }

    private static void remember(
            List<double[]> moves,
            List<double[]> turns,
            double[] at,
            double[] next,
            double[] gradient,
            double[] nextGradient) {
        double[] move = new double[at.length];
        double[] turn = new double[at.length];
        for (int i = 0; i < at.length; i++) {
            move[i] = next[i] - at[i];
            turn[i] = nextGradient[i] - gradient[i];
        }
        if (dot(move, turn) > 1e-12) {
            moves.add(move);
            turns.add(turn);
            if (moves.size() > MEMORY) {
                moves.removeFirst();
                turns.removeFirst();
            }
        }
    }

    private static double[] direction(
            double[] gradient, List<double[]> moves, List<double[]> turns) {
        double[] q = gradient.clone();
        double[] alpha = new double[moves.size()];
        for (int i = moves.size() - 1; i >= 0; i--) {
            alpha[i] = dot(moves.get(i), q) / dot(moves.get(i), turns.get(i));
            add(q, turns.get(i), -alpha[i]);
        }
        if (!moves.isEmpty()) {
            double[] turn = turns.getLast();
            double scale = dot(moves.getLast(), turn) / dot(turn, turn);
            for (int i = 0; i < q.length; i++) {
                q[i] *= scale;
            }
        }
        for (int i = 0; i < moves.size(); i++) {
            double beta = dot(turns.get(i), q) / dot(moves.get(i), turns.get(i));
            add(q, moves.get(i), alpha[i] - beta);
        }
        for (int i = 0; i < q.length; i++) {
            q[i] = -q[i];
        }
        return q;
    }

    /// The log-odds of the first class.
    double logOdds(CharacterGrams text) {
        return sum(weights, text);
    }

    double[] weights() {
        return weights.clone();
    }

    private static double sum(double[] weights, CharacterGrams text) {
        double sum = weights[weights.length - 1];
        for (int i = 0; i < text.places().length; i++) {
            sum += weights[text.places()[i]] * text.values()[i];
        }
        return sum;
    }

    private static double dot(double[] a, double[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += a[i] * b[i];
        }
        return sum;
    }

    private static void add(double[] to, double[] what, double times) {
        for (int i = 0; i < to.length; i++) {
            to[i] += times * what[i];
        }
    }

    private static double norm(double[] a) {
        return Math.sqrt(dot(a, a));
    }

    /// What is minimised.
    private record Problem(int places, List<CharacterGrams> texts, boolean[] positive, double c) {
        /// The value at `weights`; leaves the gradient in `gradient`.
        double at(double[] weights, double[] gradient) {
            int ofFirst = 0;
            for (boolean first : positive) {
                ofFirst += first ? 1 : 0;
            }
            double n = texts.size();
            double value = 0;
            for (int i = 0; i < places; i++) {
                value += weights[i] * weights[i] / 2;
                gradient[i] = weights[i];
            }
            gradient[places] = 0;
            for (int i = 0; i < texts.size(); i++) {
                CharacterGrams text = texts.get(i);
                double y = positive[i] ? 1 : -1;
                double weight = c * n / (2 * (positive[i] ? ofFirst : n - ofFirst));
                double margin = y * sum(weights, text);
                // log(1 + exp(-m)) without overflow
                value += weight * (Math.max(-margin, 0) + Math.log1p(Math.exp(-Math.abs(margin))));
                double pull = -y * weight / (1 + Math.exp(margin));
                for (int j = 0; j < text.places().length; j++) {
                    gradient[text.places()[j]] += pull * text.values()[j];
                }
                gradient[places] += pull;
            }
            return value;
        }
    }
}
