-- Text as people look for it: small letters without accents, one form of the apostrophe. `muster.core.search.plain` says
-- the same; the embedded PostgreSQL knows neither ICU nor unaccent.
CREATE OR REPLACE FUNCTION muster_plain(said text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE WHEN said ~ '^[ -_a-~]*$' THEN lower(said) ELSE
        replace(replace(replace(translate(lower(regexp_replace(
            normalize(translate(said, '`´‘’‚‛ʹʻʼʽˈˊˋ′＇', ''''''''''''''''''''''''''''''''), NFKD),
            '[\u0300-\u036f]', '', 'g')),
            'øđłıħŧ', 'odliht'), 'ß', 'ss'), 'æ', 'ae'), 'œ', 'oe')
    END
$$;
