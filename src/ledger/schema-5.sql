-- Version 5: what a person found on the invoice for a call in doubt is a link of the chain too.

-- The resolution that the link stands for; NULL where it stands for a settled call.
ALTER TABLE chain ADD COLUMN resolution INTEGER;
