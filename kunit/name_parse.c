// SPDX-License-Identifier: GPL-2.0
/*
 * Taking names apart (NAME-35 to NAME-39), and tables of both routines over the same texts.
 */
#include "fltmgr/name.h"
#include "kunit/name_ask.h"

static const struct parse_row {
	const WCHAR *path;
	const WCHAR *parent;
	const WCHAR *final;
	const WCHAR *extension;
	const WCHAR *stream;
} parse_rows[] = {
	{ u"\\a\\b\\c.tar.gz", u"\\a\\b\\", u"c.tar.gz", u"gz", u"" },
	{ u"\\.profile", u"\\", u".profile", u"profile", u"" },
	{ u"\\noext", u"\\", u"noext", u"", u"" },
	{ u"\\", u"\\", u"", u"", u"" },
	{ u"", u"", u"", u"", u"" },
	{ u"\\d.x\\noext", u"\\d.x\\", u"noext", u"", u"" },
	{ u"\\d\\f.txt:s.t:$DATA", u"\\d\\", u"f.txt:s.t:$DATA", u"txt", u":s.t:$DATA" },
	{ u"\\d\\f:s", u"\\d\\", u"f:s", u"", u":s" },
	{ u"\\d\\ends.", u"\\d\\", u"ends.", u"", u"" },
	{ u"\\d\\..x", u"\\d\\", u"..x", u"x", u"" },
};

/* A part that is not there has no buffer either. */
static bool parse_part(const UNICODE_STRING *part, const WCHAR *expected)
{
	return ask_text_is(part, expected) && (part->Length || !part->Buffer);
}

static void parse_information(struct kunit *test)
{
	struct world *w = ask_world(test, "");
	PFLT_FILE_NAME_INFORMATION info;
	unsigned int i;

	FLT_PROVES(test, "NAME-35", FLTFL_FILE_NAME_PARSED_FINAL_COMPONENT == 1 &&
		   FLTFL_FILE_NAME_PARSED_EXTENSION == 2 && FLTFL_FILE_NAME_PARSED_STREAM == 4 &&
		   FLTFL_FILE_NAME_PARSED_PARENT_DIR == 8);
	for (i = 0; i < ARRAY_SIZE(parse_rows); i++) {
		const struct parse_row *row = &parse_rows[i];

		w->fake->path = row->path;
		w->fake->stamp++;
		FLT_REQUIRE(test, NT_SUCCESS(FltGetFileNameInformationUnsafe(w->file, NULL,
									     NORMALIZED, &info)));
		FLT_PROVES(test, "NAME-35", NT_SUCCESS(FltParseFileNameInformation(info)) &&
			   info->NamesParsed == 15);
		FLT_PROVES(test, "NAME-36", parse_part(&info->ParentDir, row->parent));
		FLT_PROVES(test, "NAME-36", parse_part(&info->FinalComponent, row->final));
		FLT_PROVES(test, "NAME-36", parse_part(&info->Extension, row->extension));
		FLT_PROVES(test, "NAME-36", parse_part(&info->Stream, row->stream));
		FLT_PROVES(test, "NAME-35", RtlEqualUnicodeString(&info->Volume,
								  &w->fake->volume->name, FALSE));
		FLT_PROVES(test, "NAME-37", !info->Share.Length);
		FltReleaseFileNameInformation(info);
	}
	w->fake->path = NULL;
}

static void parse_short(struct kunit *test)
{
	struct world *w = ask_world(test, "");
	struct flt_name *name;

	/* The fake volume has none: as a provider would make one. */
	FLT_REQUIRE(test, NT_SUCCESS(flt_name_from_text(w->fake->volume, u"\\D\\LONGFI~1.TXT", 15,
							&name)));
	name->info.Format = FLT_FILE_NAME_SHORT;
	FLT_PROVES(test, "NAME-39", NT_SUCCESS(FltParseFileNameInformation(&name->info)) &&
		   ask_text_is(&name->info.Extension, u"TXT") &&
		   !name->info.FinalComponent.Length && !name->info.ParentDir.Length &&
		   !name->info.Stream.Length);
	flt_name_put(name);
}

static void parse_text(struct kunit *test)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(parse_rows); i++) {
		const struct parse_row *row = &parse_rows[i];
		UNICODE_STRING name, extension, stream, final, only;

		memset(&extension, 0x5a, sizeof(extension));
		stream = extension;
		final = extension;
		RtlInitUnicodeString(&name, row->path);
		FLT_PROVES(test, "NAME-38",
			   NT_SUCCESS(FltParseFileName(&name, &extension, &stream, &final)));
		FLT_PROVES(test, "NAME-38", parse_part(&extension, row->extension) &&
			   parse_part(&stream, row->stream) && parse_part(&final, row->final));
		FLT_PROVES(test, "NAME-38", !final.Length ||
			   (final.Buffer >= name.Buffer &&
			    final.Buffer + final.Length / 2 == name.Buffer + name.Length / 2));
		FLT_PROVES(test, "NAME-38", !FltParseFileName(&name, &only, NULL, NULL) &&
			   parse_part(&only, row->extension));
		FLT_PROVES(test, "NAME-38", !FltParseFileName(&name, NULL, &only, NULL) &&
			   parse_part(&only, row->stream));
		FLT_PROVES(test, "NAME-38", !FltParseFileName(&name, NULL, NULL, &only) &&
			   parse_part(&only, row->final));
		FLT_PROVES(test, "NAME-38", NT_SUCCESS(FltParseFileName(&name, NULL, NULL, NULL)));
	}
}

static struct kunit_case parse_cases[] = {
	KUNIT_CASE(parse_information),
	KUNIT_CASE(parse_short),
	KUNIT_CASE(parse_text),
	{}
};

static struct kunit_suite parse_suite = {
	.name = "name_parse",
	.init = world_init,
	.exit = world_exit,
	.test_cases = parse_cases,
};

kunit_test_suite(parse_suite);
