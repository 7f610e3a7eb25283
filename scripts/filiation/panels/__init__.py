"""Gene panels of the pre-indications: loaded, named, applied. A panel ranks and labels; it never excludes."""
