package understudy.text.jinja;

/// A value a template works with.
public sealed interface Value permits Text {}
