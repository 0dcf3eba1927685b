using System;
using Microsoft.EntityFrameworkCore.Migrations;
using Npgsql.EntityFrameworkCore.PostgreSQL.Metadata;

#nullable disable

namespace MedCloud.Results.Migrations.Postgres
{
    /// <inheritdoc />
    public partial class Initial : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateTable(
                name: "studies",
                columns: table => new
                {
                    Id = table.Column<long>(type: "bigint", nullable: false)
                        .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityByDefaultColumn),
                    Tenant = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    StudyInstanceUid = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    Stat = table.Column<bool>(type: "boolean", nullable: false),
                    PatientId = table.Column<string>(type: "text", nullable: true, collation: "C"),
                    PatientName = table.Column<string>(type: "text", nullable: true, collation: "C"),
                    PatientBirthDate = table.Column<string>(type: "text", nullable: true, collation: "C"),
                    PatientSex = table.Column<string>(type: "text", nullable: true, collation: "C"),
                    AccessionNumber = table.Column<string>(type: "text", nullable: true, collation: "C"),
                    StudyDate = table.Column<string>(type: "text", nullable: true, collation: "C"),
                    StudyTime = table.Column<string>(type: "text", nullable: true, collation: "C"),
                    StudyDescription = table.Column<string>(type: "text", nullable: true, collation: "C"),
                    ReferringPhysicianName = table.Column<string>(type: "text", nullable: true, collation: "C"),
                    FirstReceivedAt = table.Column<DateTime>(type: "timestamp with time zone", nullable: false),
                    LastReceivedAt = table.Column<DateTime>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_studies", x => x.Id);
                });

            migrationBuilder.CreateTable(
                name: "series",
                columns: table => new
                {
                    Id = table.Column<long>(type: "bigint", nullable: false)
                        .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityByDefaultColumn),
                    StudyId = table.Column<long>(type: "bigint", nullable: false),
                    SeriesInstanceUid = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    Modality = table.Column<string>(type: "text", nullable: true, collation: "C"),
                    InstanceCount = table.Column<int>(type: "integer", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_series", x => x.Id);
                    table.ForeignKey(
                        name: "FK_series_studies_StudyId",
                        column: x => x.StudyId,
                        principalTable: "studies",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "instances",
                columns: table => new
                {
                    Id = table.Column<long>(type: "bigint", nullable: false)
                        .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityByDefaultColumn),
                    SeriesId = table.Column<long>(type: "bigint", nullable: false),
                    Tenant = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    SopInstanceUid = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    Revision = table.Column<int>(type: "integer", nullable: false),
                    IsCurrent = table.Column<bool>(type: "boolean", nullable: false),
                    BlobKey = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    ReceivedAt = table.Column<DateTime>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_instances", x => x.Id);
                    table.ForeignKey(
                        name: "FK_instances_series_SeriesId",
                        column: x => x.SeriesId,
                        principalTable: "series",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "refusals",
                columns: table => new
                {
                    Id = table.Column<long>(type: "bigint", nullable: false)
                        .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityByDefaultColumn),
                    SeriesId = table.Column<long>(type: "bigint", nullable: false),
                    ModelName = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    ReasonCode = table.Column<int>(type: "integer", nullable: false),
                    ReasonText = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    InstanceCount = table.Column<int>(type: "integer", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_refusals", x => x.Id);
                    table.ForeignKey(
                        name: "FK_refusals_series_SeriesId",
                        column: x => x.SeriesId,
                        principalTable: "series",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "analyses",
                columns: table => new
                {
                    Id = table.Column<Guid>(type: "uuid", nullable: false),
                    Tenant = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    SopInstanceUid = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    Revision = table.Column<int>(type: "integer", nullable: false),
                    InstanceId = table.Column<long>(type: "bigint", nullable: true),
                    ModelName = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    ModelVersion = table.Column<string>(type: "text", nullable: true, collation: "C"),
                    ModelDigest = table.Column<string>(type: "text", nullable: true, collation: "C"),
                    State = table.Column<int>(type: "integer", nullable: false),
                    ReasonCode = table.Column<int>(type: "integer", nullable: true),
                    ReasonText = table.Column<string>(type: "text", nullable: true, collation: "C"),
                    RefusalId = table.Column<long>(type: "bigint", nullable: true),
                    ExecutionProvider = table.Column<string>(type: "text", nullable: true, collation: "C"),
                    QueuedAt = table.Column<DateTime>(type: "timestamp with time zone", nullable: true),
                    StartedAt = table.Column<DateTime>(type: "timestamp with time zone", nullable: true),
                    CompletedAt = table.Column<DateTime>(type: "timestamp with time zone", nullable: true),
                    PrepareMs = table.Column<double>(type: "double precision", nullable: false),
                    DeviceMs = table.Column<double>(type: "double precision", nullable: false),
                    BatchSize = table.Column<int>(type: "integer", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_analyses", x => x.Id);
                    table.ForeignKey(
                        name: "FK_analyses_instances_InstanceId",
                        column: x => x.InstanceId,
                        principalTable: "instances",
                        principalColumn: "Id");
                    table.ForeignKey(
                        name: "FK_analyses_refusals_RefusalId",
                        column: x => x.RefusalId,
                        principalTable: "refusals",
                        principalColumn: "Id");
                });

            migrationBuilder.CreateTable(
                name: "findings",
                columns: table => new
                {
                    Id = table.Column<Guid>(type: "uuid", nullable: false),
                    AnalysisId = table.Column<Guid>(type: "uuid", nullable: false),
                    Position = table.Column<int>(type: "integer", nullable: false),
                    Code = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    Display = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    Value = table.Column<double>(type: "double precision", nullable: false),
                    Positive = table.Column<bool>(type: "boolean", nullable: true),
                    XMin = table.Column<double>(type: "double precision", nullable: true),
                    YMin = table.Column<double>(type: "double precision", nullable: true),
                    XMax = table.Column<double>(type: "double precision", nullable: true),
                    YMax = table.Column<double>(type: "double precision", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_findings", x => x.Id);
                    table.ForeignKey(
                        name: "FK_findings_analyses_AnalysisId",
                        column: x => x.AnalysisId,
                        principalTable: "analyses",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateIndex(
                name: "IX_analyses_InstanceId_State",
                table: "analyses",
                columns: new[] { "InstanceId", "State" });

            migrationBuilder.CreateIndex(
                name: "IX_analyses_RefusalId_Id",
                table: "analyses",
                columns: new[] { "RefusalId", "Id" });

            migrationBuilder.CreateIndex(
                name: "IX_analyses_SopInstanceUid",
                table: "analyses",
                column: "SopInstanceUid");

            migrationBuilder.CreateIndex(
                name: "IX_analyses_State",
                table: "analyses",
                column: "State");

            migrationBuilder.CreateIndex(
                name: "IX_findings_AnalysisId",
                table: "findings",
                column: "AnalysisId");

            migrationBuilder.CreateIndex(
                name: "IX_instances_SeriesId_IsCurrent",
                table: "instances",
                columns: new[] { "SeriesId", "IsCurrent" });

            migrationBuilder.CreateIndex(
                name: "IX_instances_SopInstanceUid_Revision_Tenant",
                table: "instances",
                columns: new[] { "SopInstanceUid", "Revision", "Tenant" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_refusals_SeriesId_ModelName_ReasonCode_ReasonText",
                table: "refusals",
                columns: new[] { "SeriesId", "ModelName", "ReasonCode", "ReasonText" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_series_SeriesInstanceUid_StudyId",
                table: "series",
                columns: new[] { "SeriesInstanceUid", "StudyId" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_series_StudyId_InstanceCount",
                table: "series",
                columns: new[] { "StudyId", "InstanceCount" });

            migrationBuilder.CreateIndex(
                name: "IX_studies_StudyInstanceUid_Tenant",
                table: "studies",
                columns: new[] { "StudyInstanceUid", "Tenant" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_studies_Tenant_AccessionNumber",
                table: "studies",
                columns: new[] { "Tenant", "AccessionNumber" });

            migrationBuilder.CreateIndex(
                name: "IX_studies_Tenant_LastReceivedAt_Id",
                table: "studies",
                columns: new[] { "Tenant", "LastReceivedAt", "Id" });

            migrationBuilder.CreateIndex(
                name: "IX_studies_Tenant_PatientId",
                table: "studies",
                columns: new[] { "Tenant", "PatientId" });

            migrationBuilder.CreateIndex(
                name: "IX_studies_Tenant_Stat_LastReceivedAt_Id",
                table: "studies",
                columns: new[] { "Tenant", "Stat", "LastReceivedAt", "Id" });

            migrationBuilder.CreateIndex(
                name: "IX_studies_Tenant_StudyDate",
                table: "studies",
                columns: new[] { "Tenant", "StudyDate" });
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "findings");

            migrationBuilder.DropTable(
                name: "analyses");

            migrationBuilder.DropTable(
                name: "instances");

            migrationBuilder.DropTable(
                name: "refusals");

            migrationBuilder.DropTable(
                name: "series");

            migrationBuilder.DropTable(
                name: "studies");
        }
    }
}
