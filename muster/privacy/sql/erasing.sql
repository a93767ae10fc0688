-- What is erased of a person (kind 'person'), and what retention periods let go (their kinds): in this order.
--   whose    which rows; $1 the institution, $2 the person, $3 until when, $4 patterns of the person's name and addresses
--   erased   columns whose text becomes '[erased]', in the row and in its history
--   sets     what is written instead, where that is not all;  holds  when there is something to write besides the text
--   file     a column that names a file, which goes with it
-- tests/test_personal_data.py asks of every column with text of a person's tables that it stands here or is kept
-- for a reason.
CREATE OR REPLACE FUNCTION muster_erasable()
RETURNS TABLE (place integer, kind text, what text, table_name text, whose text, erased text[], sets text, holds text,
               file text, deletes boolean)
LANGUAGE sql IMMUTABLE AS $$
    SELECT row_number() OVER ()::integer, one.* FROM (VALUES
        -- What others wrote of them, and they themselves.
        ('person', 'notes', 'people_staffnote', 'student_id = $2', '{text}'::text[], '', '', '', TRUE),
        ('person', 'texts', 'people_instructorprofile', 'user_id = $2', '{bio}', '', '', '', FALSE),
        ('person', 'texts', 'people_timeoff',
         'profile_id IN (SELECT id FROM people_instructorprofile WHERE user_id = $2)', '{reason}', '', '', '', FALSE),
        ('person', 'texts', 'enrollments_enrollment', 'student_id = $2', '{cancel_reason}', '', '', '', FALSE),
        ('person', 'texts', 'enrollments_transferrequest',
         'enrollment_id IN (SELECT id FROM enrollments_enrollment WHERE student_id = $2)', '{reason,decision_note}',
         '', '', '', FALSE),
        ('person', 'texts', 'enrollments_waitlistentry', 'student_id = $2', '{reason}', '', '', '', FALSE),
        ('person', 'contacts', 'enrollments_application',
         'institution_id = $1 AND (enrollment_id IN (SELECT id FROM enrollments_enrollment WHERE student_id = $2)
          OR lower(email) = (SELECT lower(email) FROM accounts_user WHERE id = $2 AND email <> ''''))',
         '{full_name,email,phone,note,decision_note}', '', '', '', FALSE),
        ('person', 'contacts', 'enrollments_organisation', 'contact_id = $2', '{contact_name,contact_email,contact_phone}',
         'contact_id = NULL, contact_name = '''', contact_email = '''', contact_phone = ''''', 'TRUE', '', FALSE),
        ('person', 'messages', 'messaging_message',
         'id IN (SELECT message_id FROM messaging_messagerecipient WHERE user_id = $2)
          AND (SELECT count(*) FROM messaging_messagerecipient WHERE message_id = messaging_message.id) = 1',
         '{subject,text}', '', '', '', FALSE),
        ('person', 'messages', 'notifications_notification', 'user_id = $2', '{title,text}', '', '', '', TRUE),
        ('person', 'messages', 'notifications_notificationchoice', 'user_id = $2', '{}', '', '', '', TRUE),
        ('person', 'views', 'saved_views_viewmailing',
         'user_id = $2 OR view_id IN (SELECT id FROM saved_views_savedview WHERE owner_id = $2)', '{}', '', '', '', TRUE),
        ('person', 'views', 'saved_views_savedview', 'owner_id = $2', '{name,query}', '', '', '', TRUE),
        ('person', 'texts', 'attendance_attendancerecord',
         'enrollment_id IN (SELECT id FROM enrollments_enrollment WHERE student_id = $2)', '{notes}', '', '', '', FALSE),
        ('person', 'texts', 'attendance_markentry',
         'enrollment_id IN (SELECT id FROM enrollments_enrollment WHERE student_id = $2)', '{notes}',
         'notes = CASE notes WHEN '''' THEN '''' ELSE ''[erased]'' END, context = context - ''reason''',
         'context ? ''reason''', '', FALSE),
        ('person', 'evidence', 'attendance_evidence',
         'record_id IN (SELECT record.id FROM attendance_attendancerecord AS record
                        JOIN enrollments_enrollment AS seat ON seat.id = record.enrollment_id WHERE seat.student_id = $2)
          OR notice_id IN (SELECT id FROM attendance_absencenotice WHERE student_id = $2)',
         '{file,file_name,file_digest,note}',
         'file = '''', file_name = ''[erased]'', file_digest = '''', note = '''', removed_at = coalesce(removed_at, now())',
         '', 'file', FALSE),
        ('person', 'texts', 'attendance_absencenotice', 'student_id = $2', '{reason}', '', '', '', FALSE),
        ('person', 'texts', 'attendance_correctionrequest',
         'enrollment_id IN (SELECT id FROM enrollments_enrollment WHERE student_id = $2)', '{decision_reason}',
         '', '', '', FALSE),
        ('person', 'texts', 'progression_heldback',
         'enrollment_id IN (SELECT id FROM enrollments_enrollment WHERE student_id = $2)', '{reason}', '', '', '', FALSE),
        ('person', 'texts', 'progression_subjectresult',
         'enrollment_id IN (SELECT id FROM enrollments_enrollment WHERE student_id = $2)', '{reason,reopen_reason}',
         '', '', '', FALSE),
        ('person', 'texts', 'assessment_assessmentmark',
         'enrollment_id IN (SELECT id FROM enrollments_enrollment WHERE student_id = $2)', '{comment}',
         '', '', '', FALSE),
        ('person', 'mentoring', 'mentoring_mentoringsession',
         'assignment_id IN (SELECT id FROM allocation_individualassignment WHERE student_id = $2)',
         '{summary,private_notes}', '', '', '', FALSE),
        ('person', 'mentoring', 'mentoring_mentoringgoal',
         'assignment_id IN (SELECT id FROM allocation_individualassignment WHERE student_id = $2)', '{title}',
         '', '', '', FALSE),
        ('person', 'mentoring', 'mentoring_mentoringcheckin',
         'assignment_id IN (SELECT id FROM allocation_individualassignment WHERE student_id = $2)', '{comment}',
         '', '', '', FALSE),
        ('person', 'mentoring', 'mentoring_mentoringquestion',
         'assignment_id IN (SELECT id FROM allocation_individualassignment WHERE student_id = $2)', '{question,answer}',
         '', '', '', FALSE),
        ('person', 'mentoring', 'mentoring_mentorrequest',
         'assignment_id IN (SELECT id FROM allocation_individualassignment WHERE student_id = $2)',
         '{reason,decision_note}', '', '', '', FALSE),
        ('person', 'mentoring', 'mentoring_mentoringtimerequest',
         'session_id IN (SELECT talk.id FROM mentoring_mentoringsession AS talk
                         JOIN allocation_individualassignment AS pair ON pair.id = talk.assignment_id
                         WHERE pair.student_id = $2)',
         '{note,decision_note}', '', '', '', FALSE),
        ('person', 'mentoring', 'mentoring_handover',
         'former_id IN (SELECT id FROM allocation_individualassignment WHERE student_id = $2)', '{note}',
         '', '', '', FALSE),
        ('person', 'mentoring', 'allocation_individualassignment', 'student_id = $2', '{notes,end_reason}',
         -- A code says that the database ended it.
         'notes = CASE notes WHEN '''' THEN '''' ELSE ''[erased]'' END,
          end_reason = CASE WHEN end_reason ~ ''^[a-z_]*$'' THEN end_reason ELSE ''[erased]'' END', '', '', FALSE),
        ('person', 'texts', 'batches_instructorassignment', 'instructor_id = $2', '{notes}', '', '', '', FALSE),
        ('person', 'texts', 'allocation_coverrequest', 'instructor_id = $2', '{note,close_reason}', '', '', '', FALSE),
        ('person', 'texts', 'allocation_planitem', 'student_id = $2 OR instructor_id = $2', '{refusal}',
         '', '', '', FALSE),
        ('person', 'risk', 'risk_riskflag',
         'enrollment_id IN (SELECT id FROM enrollments_enrollment WHERE student_id = $2)', '{closing_note}',
         '', '', '', FALSE),
        ('person', 'risk', 'risk_intervention',
         'flag_id IN (SELECT flag.id FROM risk_riskflag AS flag
                      JOIN enrollments_enrollment AS seat ON seat.id = flag.enrollment_id WHERE seat.student_id = $2)',
         '{note,letter}', '', '', '', FALSE),
        ('person', 'texts', 'certificates_certificate',
         'enrollment_id IN (SELECT id FROM enrollments_enrollment WHERE student_id = $2)', '{exception_reason}',
         '', '', '', FALSE),
        -- The rows of a file in which they stand are no longer read, once it is imported.
        ('person', 'imports', 'exchange_importrun',
         'institution_id = $1 AND status NOT IN (''waiting'', ''running'')
          AND (made::text LIKE ''%'' || $2 || ''%'' OR rows::text ILIKE ANY ($4))',
         '{}', 'file = '''', rows = ''[]''', 'file <> '''' OR rows <> ''[]''', 'file', FALSE),
        -- Nobody can tell who stands in a file; whoever needs it orders it again. Figures alone name nobody.
        ('person', 'reports', 'reports_reportorder',
         'institution_id = $1 AND kind NOT IN (''institution_month'', ''department_kpi'')', '{}',
         'file = ''''', 'file <> ''''', 'file', FALSE),
        -- How they sign in, and what signing in made.
        ('person', 'sign_ins', 'django_session',
         'session_key IN (SELECT session_key FROM usersessions_usersession WHERE user_id = $2)', '{}', '', '', '', TRUE),
        ('person', 'sign_ins', 'usersessions_usersession', 'user_id = $2', '{}', '', '', '', TRUE),
        ('person', 'sign_ins', 'institutions_apitoken', 'user_id = $2', '{name}', '', '', '', TRUE),
        ('person', 'sign_ins', 'batches_calendarfeed', 'user_id = $2', '{}', '', '', '', TRUE),
        ('person', 'sign_ins', 'mfa_authenticator', 'user_id = $2', '{}', '', '', '', TRUE),
        ('person', 'sign_ins', 'socialaccount_socialtoken',
         'account_id IN (SELECT id FROM socialaccount_socialaccount WHERE user_id = $2)', '{}', '', '', '', TRUE),
        ('person', 'sign_ins', 'socialaccount_socialaccount', 'user_id = $2', '{}', '', '', '', TRUE),
        ('person', 'sign_ins', 'institutions_securityevent', 'person_id = $2', '{name,detail,address}', '', '', '',
         FALSE),
        ('person', 'sign_ins', 'institutions_securityevent', 'done_by_id = $2', '{done_by_name}', '', '', '', FALSE),
        ('person', 'sign_ins', 'account_emailconfirmation',
         'email_address_id IN (SELECT id FROM account_emailaddress WHERE user_id = $2)', '{}', '', '', '', TRUE),
        ('person', 'sign_ins', 'account_emailaddress', 'user_id = $2', '{}', '', '', '', TRUE),
        ('person', 'sign_ins', 'core_rememberedanswer', 'user_id = $2 AND owner_id = $1', '{}', '', '', '', TRUE),
        -- Who they are, last: what stands above asks for it.
        ('person', 'contacts', 'institutions_affiliation', 'user_id = $2', '{student_number,staff_number}',
         'student_number = '''', staff_number = ''''', '', '', FALSE),
        ('person', 'contacts', 'accounts_user', 'id = $2', '{full_name,given_name,family_name,email,phone,photo}',
         'full_name = $5, given_name = '''', family_name = '''', email = '''', phone = '''', photo = '''', password = ''!'',
          signs_in = FALSE, account_id = NULL, accepted_at = NULL, last_login = NULL, starts_in = NULL', '', 'photo', FALSE),

        -- Periods.
        ('evidence', 'evidence', 'attendance_evidence', 'institution_id = $1 AND created_at < $3',
         '{file,file_name,file_digest,note}',
         'file = '''', file_name = ''[erased]'', file_digest = '''', note = '''', removed_at = coalesce(removed_at, now())',
         '', 'file', FALSE),
        ('messages', 'messages', 'messaging_message', 'institution_id = $1 AND created_at < $3', '{subject,text}',
         '', '', '', FALSE),
        ('notifications', 'notifications', 'notifications_notification', 'institution_id = $1 AND created_at < $3',
         '{title,text}', '', '', '', TRUE),
        ('imports', 'imports', 'exchange_importrun',
         'institution_id = $1 AND created_at < $3 AND status NOT IN (''waiting'', ''running'')', '{}',
         'file = '''', rows = ''[]''', 'file <> '''' OR rows <> ''[]''', 'file', FALSE),
        ('reports', 'reports', 'reports_reportorder', 'institution_id = $1 AND created_at < $3', '{}',
         'file = ''''', 'file <> ''''', 'file', FALSE),
        ('looks', 'looks', 'attendance_evidencelook', 'institution_id = $1 AND looked_at < $3', '{}', '', '', '', TRUE),
        ('looks', 'looks', 'mentoring_notelook', 'institution_id = $1 AND looked_at < $3', '{}', '', '', '', TRUE),
        ('looks', 'looks', 'privacy_archivelook', 'institution_id = $1 AND looked_at < $3', '{}', '', '', '', TRUE),
        ('notes', 'notes', 'people_staffnote',
         'institution_id = $1 AND created_at < $3 AND NOT EXISTS (
            SELECT FROM enrollments_enrollment AS seat WHERE seat.student_id = people_staffnote.student_id
            AND seat.status IN (''active'', ''on_hold'') AND NOT seat.frozen)', '{text}', '', '', '', TRUE),
        ('applications', 'applications', 'enrollments_application',
         'institution_id = $1 AND status = ''rejected'' AND decided_at < $3', '{full_name,email,phone,note,decision_note}',
         '', '', '', FALSE),
        ('security', 'security', 'institutions_securityevent', 'institution_id = $1 AND created_at < $3', '{}',
         '', '', '', TRUE),
        -- Of a mark, `attendance_markentry` keeps what happened, as long as the mark.
        ('history', 'history', 'core_auditentry', 'owner_id = $1 AND at < $3', '{}', '', '', '', TRUE)
    ) AS one
$$;

-- A row's columns as history keeps them, without what stood in these.
CREATE OR REPLACE FUNCTION muster_blanked(kept jsonb, erased text[]) RETURNS jsonb LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE WHEN kept IS NULL THEN NULL ELSE coalesce(
        (SELECT jsonb_object_agg(key, CASE WHEN key = ANY (erased) THEN 'null' ELSE value END) FROM jsonb_each(kept)), '{}'
    ) END
$$;

-- What a person was called here, now and before: names of two words or more that are nobody else's here, addresses,
-- telephone numbers. As they stand in plain text, and in JSON.
CREATE OR REPLACE FUNCTION muster_needles(the_institution uuid, the_person uuid)
RETURNS TABLE (needle text, is_name boolean) LANGUAGE sql STABLE AS $$
    WITH said AS (
        SELECT full_name, email, phone FROM accounts_user WHERE id = the_person
        UNION
        SELECT coalesce(known.kept ->> 'full_name', ''), coalesce(known.kept ->> 'email', ''),
               coalesce(known.kept ->> 'phone', '')
        FROM core_auditentry CROSS JOIN LATERAL (VALUES (before), (after)) AS known (kept)
        WHERE row_id = the_person AND table_name = 'accounts_user'
    ), words AS (
        SELECT full_name AS word, TRUE AS is_name FROM said
        WHERE full_name ~ '\S\s+\S' AND NOT EXISTS (
            SELECT FROM accounts_user AS other JOIN institutions_affiliation AS here ON here.user_id = other.id
            WHERE here.institution_id = the_institution AND other.id <> the_person
            AND lower(other.full_name) = lower(said.full_name)
        )
        UNION SELECT email, FALSE FROM said WHERE email <> ''
        UNION SELECT phone, FALSE FROM said WHERE length(phone) >= 6
    )
    SELECT word, is_name FROM words
    UNION SELECT trim('"' FROM to_json(word)::text), is_name FROM words
$$;

-- Erase a person, or what is older than a period allows. The only way to rows of archived batches, locked registers and
-- history; each use of it leaves a row of `privacy_erasure`. With `pretend` it counts and writes nothing.
-- Answers {"counts": {what: rows}, "files": [names]}.
CREATE OR REPLACE FUNCTION muster_erase(
    the_institution uuid, the_kind text, the_person uuid, until timestamptz, called text, why text, doer uuid,
    pretend boolean
) RETURNS jsonb LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    one record;
    condition text;
    held text;
    rows integer;
    found_files text[];
    told jsonb := '{}';
    files text[] := '{}';
    patterns text[] := '{}';
    names text;
    others text;
    run uuid := muster_new_id();
BEGIN
    PERFORM muster_must_see(the_institution);
    IF the_kind = 'person' THEN
        IF NOT EXISTS (
            SELECT FROM institutions_affiliation WHERE institution_id = the_institution AND user_id = the_person
        ) THEN
            RAISE EXCEPTION 'Only a person of the institution is erased'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'erased_person_is_of_the_institution';
        ELSIF NOT pretend AND EXISTS (
            SELECT FROM institutions_affiliation WHERE user_id = the_person AND is_active
        ) THEN
            RAISE EXCEPTION 'Only who was deactivated is erased'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'erased_person_is_deactivated';
        END IF;
        SELECT coalesce(array_agg('%' || regexp_replace(needle, '([\\%_])', '\\\1', 'g') || '%'), '{}'),
               string_agg(regexp_replace(needle, '([^[:alnum:][:space:]])', '\\\1', 'g'), '|') FILTER (WHERE is_name),
               string_agg(regexp_replace(needle, '([^[:alnum:][:space:]])', '\\\1', 'g'), '|') FILTER (WHERE NOT is_name)
        INTO patterns, names, others
        FROM muster_needles(the_institution, the_person);
    END IF;
    IF NOT pretend THEN
        INSERT INTO privacy_erasure (
            id, created_at, updated_at, institution_id, kind, person_id, until, reason, by_id, counts
        ) VALUES (run, now(), now(), the_institution, the_kind, the_person, until, why, doer, '{}');
        PERFORM muster_erase_from_now();
    END IF;

    FOR one IN SELECT * FROM muster_erasable() WHERE kind = the_kind ORDER BY place LOOP
        held := concat_ws(' OR ', (
            SELECT string_agg(format($f$%I NOT IN ('', '[erased]')$f$, name), ' OR ') FROM unnest(one.erased) AS name
        ), nullif(one.holds, ''));
        condition := format('(%s) AND (%s)', one.whose, CASE WHEN one.deletes THEN 'TRUE' ELSE held END);
        IF one.file <> '' THEN
            EXECUTE format('SELECT array_agg(%1$I) FROM %2$I WHERE (%3$s) AND %1$I <> ''''',
                           one.file, one.table_name, condition)
            INTO found_files USING the_institution, the_person, until, patterns, called;
            files := files || coalesce(found_files, '{}');
        END IF;
        IF NOT pretend AND one.erased <> '{}' AND EXISTS (
            SELECT FROM pg_trigger WHERE tgrelid = one.table_name::regclass AND tgfoid = 'muster_audit'::regproc
        ) THEN
            EXECUTE format(
                'UPDATE core_auditentry SET before = muster_blanked(before, $6), after = muster_blanked(after, $6),
                        facts = facts - ''reason''
                 WHERE table_name = %L AND row_id IN (SELECT id FROM %I WHERE (%s))
                 AND (before ?| $6 OR after ?| $6 OR facts ? ''reason'')',
                one.table_name, one.table_name, one.whose
            ) USING the_institution, the_person, until, patterns, called, one.erased;
        END IF;
        EXECUTE CASE
            WHEN pretend THEN format('SELECT count(*) FROM %I WHERE (%s)', one.table_name, condition)
            WHEN one.deletes THEN format(
                'WITH gone AS (DELETE FROM %I WHERE (%s) RETURNING 1) SELECT count(*) FROM gone',
                one.table_name, condition)
            ELSE format(
                'WITH gone AS (UPDATE %I SET %s WHERE (%s) RETURNING 1) SELECT count(*) FROM gone',
                one.table_name, coalesce(nullif(one.sets, ''), (
                    SELECT string_agg(format($f$%1$I = CASE WHEN %1$I = '' THEN '' ELSE '[erased]' END$f$, name), ', ')
                    FROM unnest(one.erased) AS name
                )), condition)
        END INTO rows USING the_institution, the_person, until, patterns, called;
        told := told || jsonb_build_object(one.what, coalesce((told ->> one.what)::integer, 0) + rows);
    END LOOP;

    IF the_kind = 'person' THEN
        told := told || jsonb_build_object('history', (
            SELECT count(*) FROM core_auditentry WHERE row_id = the_person OR part_of = the_person OR by_id = the_person
        ));
        IF NOT pretend THEN
            PERFORM muster_erase_name(the_institution, the_person, called, patterns, names, others);
        END IF;
    END IF;
    IF NOT pretend THEN
        UPDATE privacy_erasure SET counts = told WHERE id = run;
        PERFORM muster_erase_no_more();
    END IF;
    RETURN jsonb_build_object('counts', told, 'files', to_jsonb(files));
END $$;

-- Who they were, wherever it was written: in history by their id, elsewhere in the institution by name and address.
-- Documents that were handed out stay as they are. Called by `muster_erase` alone.
CREATE OR REPLACE FUNCTION muster_erase_name(
    the_institution uuid, the_person uuid, called text, patterns text[], names text, others text
) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    one record;
    swept text;
    -- Whole words alone, whatever their case.
    whole text := '(?<![[:alnum:]])(%s)(?![[:alnum:]])';
BEGIN
    names := format(whole, coalesce(names, 'a^'));
    others := format(whole, coalesce(others, 'a^'));
    UPDATE core_auditentry SET by_name = called WHERE by_id = the_person AND by_name <> called;
    UPDATE attendance_markentry SET context = jsonb_set(context, '{by_name}', to_jsonb(called))
    WHERE marked_by_id = the_person AND context ? 'by_name';
    -- Of rows that are gone.
    UPDATE core_auditentry AS entry
    SET before = muster_blanked(entry.before, listed.erased), after = muster_blanked(entry.after, listed.erased)
    FROM muster_erasable() AS listed
    WHERE listed.kind = 'person' AND listed.erased <> '{}' AND listed.table_name = entry.table_name
    AND entry.owner_id = the_institution AND the_person::text IN (
        coalesce(entry.before, entry.after) ->> 'student_id', coalesce(entry.before, entry.after) ->> 'user_id'
    );
    IF patterns = '{}' THEN
        RETURN;
    END IF;
    UPDATE core_auditentry SET
        before = regexp_replace(regexp_replace(before::text, names, called, 'gi'), others, '[erased]', 'gi')::jsonb,
        after = regexp_replace(regexp_replace(after::text, names, called, 'gi'), others, '[erased]', 'gi')::jsonb,
        facts = regexp_replace(regexp_replace(facts::text, names, called, 'gi'), others, '[erased]', 'gi')::jsonb
    WHERE owner_id = the_institution AND concat_ws(' ', before::text, after::text, facts::text) ILIKE ANY (patterns);
    UPDATE procrastinate_jobs
    SET args = regexp_replace(regexp_replace(args::text, names, called, 'gi'), others, '[erased]', 'gi')::jsonb
    WHERE (args ->> 'user_id' = the_person::text OR args -> 'place' ->> 'id' = the_institution::text)
    AND args::text ILIKE ANY (patterns);
    FOR one IN
        SELECT columns.table_name, array_agg(column_name::text) AS names,
               array_agg(columns.udt_name::text) AS types
        FROM information_schema.columns JOIN information_schema.tables USING (table_schema, table_name)
        WHERE table_schema = 'public' AND table_type = 'BASE TABLE'
        AND columns.udt_name IN ('text', 'varchar', 'jsonb', '_text', '_varchar')
        AND is_generated = 'NEVER' AND columns.table_name <> 'documents_issueddocument'
        AND EXISTS (
            SELECT FROM information_schema.columns AS owner WHERE owner.table_schema = 'public'
            AND owner.table_name = columns.table_name AND owner.column_name = 'institution_id'
        )
        GROUP BY columns.table_name
    LOOP
        SELECT string_agg(
            CASE WHEN name LIKE '%email' THEN format('%1$I = CASE WHEN %1$I ILIKE ANY ($2) THEN '''' ELSE %1$I END', name)
            ELSE format(
                $f$%1$I = CASE WHEN %1$I::text ILIKE ANY ($2) THEN
                   left(regexp_replace(regexp_replace(%1$I::text, $3, $5, 'gi'), $4, '[erased]', 'gi'), %2$s)::%3$s
                   ELSE %1$I END$f$,
                name, coalesce((
                    SELECT character_maximum_length FROM information_schema.columns AS itself
                    WHERE table_schema = 'public' AND itself.table_name = one.table_name AND column_name = name
                ), 1000000000), CASE type WHEN '_text' THEN 'text[]' WHEN '_varchar' THEN 'varchar[]' ELSE type END
            ) END, ', '
        ) INTO swept FROM unnest(one.names, one.types) AS columns (name, type);
        EXECUTE format(
            'UPDATE %I SET %s WHERE institution_id = $1 AND concat_ws('' '', %s) ILIKE ANY ($2)', one.table_name, swept,
            (SELECT string_agg(format('%I::text', name), ', ') FROM unnest(one.names) AS name)
        ) USING the_institution, patterns, names, others, called;
    END LOOP;
END $$;
