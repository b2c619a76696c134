/// Can what was learned be got out again? Planted secrets, texts repeated word by word, personal
/// data in answers, and whether a text's own score tells that it was learned.
@NullMarked
package understudy.evaluate.leak;

import org.jspecify.annotations.NullMarked;
