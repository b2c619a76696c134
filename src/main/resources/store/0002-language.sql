-- The language somebody is written to in, as a tag such as de or pt-BR; null until it is said.
ALTER TABLE people ADD COLUMN language TEXT;
