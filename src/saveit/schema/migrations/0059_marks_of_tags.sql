-- Marks are looked for by person only to take tags away. Names and digits are nearly all there are, some ten of every newcomer, and each
-- was written into an index that nobody asked for it.

DROP INDEX guest_marks_of_person;
CREATE INDEX guest_marks_of_person ON guest_marks (tenant_id, restaurant_id, person_id) WHERE kind = 'tag';
