"""From a sentence to what is wanted: words, phrases, a brief."""
