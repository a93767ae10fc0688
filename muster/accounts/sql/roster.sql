-- Where somebody stands in a roster: by family name, else by the only name that they have, then by given name.
-- `by_family_name` of muster.accounts.models sorts by it too.
CREATE OR REPLACE FUNCTION muster_roster_order(family_name text, given_name text, full_name text)
RETURNS text[] LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT ARRAY[
        muster_plain(coalesce(nullif(family_name, ''), nullif(given_name, ''), full_name)),
        muster_plain(given_name), muster_plain(full_name)
    ]
$$;
