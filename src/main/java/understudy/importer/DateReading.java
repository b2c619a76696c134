package understudy.importer;

/// How the dates of one text were read; lets a file whose own dates do not decide their order
/// follow others from the same phone.
///
/// @param style what the headers of one phone and language have in common
/// @param order of day, month and year
public record DateReading(String style, DateOrder order) {}
