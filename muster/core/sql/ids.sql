-- UUIDv7 of RFC 9562, as the application makes them: the first 48 bits are the milliseconds since 1970.
CREATE OR REPLACE FUNCTION muster_new_id() RETURNS uuid LANGUAGE sql VOLATILE AS $$
    SELECT encode(set_bit(set_bit(overlay(
        uuid_send(gen_random_uuid())
        PLACING substring(int8send((extract(epoch FROM clock_timestamp()) * 1000)::bigint) FROM 3) FROM 1 FOR 6
    ), 52, 1), 53, 1), 'hex')::uuid;
$$;
