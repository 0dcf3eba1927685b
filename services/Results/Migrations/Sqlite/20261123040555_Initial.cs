using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace MedCloud.Results.Migrations.Sqlite
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
                    Id = table.Column<long>(type: "INTEGER", nullable: false)
                        .Annotation("Sqlite:Autoincrement", true),
                    Tenant = table.Column<string>(type: "TEXT", nullable: false),
                    StudyInstanceUid = table.Column<string>(type: "TEXT", nullable: false),
                    Stat = table.Column<bool>(type: "INTEGER", nullable: false),
                    PatientId = table.Column<string>(type: "TEXT", nullable: true),
                    PatientName = table.Column<string>(type: "TEXT", nullable: true),
                    PatientBirthDate = table.Column<string>(type: "TEXT", nullable: true),
                    PatientSex = table.Column<string>(type: "TEXT", nullable: true),
                    AccessionNumber = table.Column<string>(type: "TEXT", nullable: true),
                    StudyDate = table.Column<string>(type: "TEXT", nullable: true),
                    StudyTime = table.Column<string>(type: "TEXT", nullable: true),
                    StudyDescription = table.Column<string>(type: "TEXT", nullable: true),
                    ReferringPhysicianName = table.Column<string>(type: "TEXT", nullable: true),
                    FirstReceivedAt = table.Column<long>(type: "INTEGER", nullable: false),
                    LastReceivedAt = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_studies", x => x.Id);
                });

            migrationBuilder.CreateTable(
                name: "series",
                columns: table => new
                {
                    Id = table.Column<long>(type: "INTEGER", nullable: false)
                        .Annotation("Sqlite:Autoincrement", true),
                    StudyId = table.Column<long>(type: "INTEGER", nullable: false),
                    SeriesInstanceUid = table.Column<string>(type: "TEXT", nullable: false),
                    Modality = table.Column<string>(type: "TEXT", nullable: true),
                    InstanceCount = table.Column<int>(type: "INTEGER", nullable: false)
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
                    Id = table.Column<long>(type: "INTEGER", nullable: false)
                        .Annotation("Sqlite:Autoincrement", true),
                    SeriesId = table.Column<long>(type: "INTEGER", nullable: false),
                    Tenant = table.Column<string>(type: "TEXT", nullable: false),
                    SopInstanceUid = table.Column<string>(type: "TEXT", nullable: false),
                    Revision = table.Column<int>(type: "INTEGER", nullable: false),
                    IsCurrent = table.Column<bool>(type: "INTEGER", nullable: false),
                    BlobKey = table.Column<string>(type: "TEXT", nullable: false),
                    ReceivedAt = table.Column<long>(type: "INTEGER", nullable: false)
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
                    Id = table.Column<long>(type: "INTEGER", nullable: false)
                        .Annotation("Sqlite:Autoincrement", true),
                    SeriesId = table.Column<long>(type: "INTEGER", nullable: false),
                    ModelName = table.Column<string>(type: "TEXT", nullable: false),
                    ReasonCode = table.Column<int>(type: "INTEGER", nullable: false),
                    ReasonText = table.Column<string>(type: "TEXT", nullable: false),
                    InstanceCount = table.Column<int>(type: "INTEGER", nullable: false)
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
                    Id = table.Column<Guid>(type: "TEXT", nullable: false),
                    Tenant = table.Column<string>(type: "TEXT", nullable: false),
                    SopInstanceUid = table.Column<string>(type: "TEXT", nullable: false),
                    Revision = table.Column<int>(type: "INTEGER", nullable: false),
                    InstanceId = table.Column<long>(type: "INTEGER", nullable: true),
                    ModelName = table.Column<string>(type: "TEXT", nullable: false),
                    ModelVersion = table.Column<string>(type: "TEXT", nullable: true),
                    ModelDigest = table.Column<string>(type: "TEXT", nullable: true),
                    State = table.Column<int>(type: "INTEGER", nullable: false),
                    ReasonCode = table.Column<int>(type: "INTEGER", nullable: true),
                    ReasonText = table.Column<string>(type: "TEXT", nullable: true),
                    RefusalId = table.Column<long>(type: "INTEGER", nullable: true),
                    ExecutionProvider = table.Column<string>(type: "TEXT", nullable: true),
                    QueuedAt = table.Column<long>(type: "INTEGER", nullable: true),
                    StartedAt = table.Column<long>(type: "INTEGER", nullable: true),
                    CompletedAt = table.Column<long>(type: "INTEGER", nullable: true),
                    PrepareMs = table.Column<double>(type: "REAL", nullable: false),
                    DeviceMs = table.Column<double>(type: "REAL", nullable: false),
                    BatchSize = table.Column<int>(type: "INTEGER", nullable: false)
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
                    Id = table.Column<Guid>(type: "TEXT", nullable: false),
                    AnalysisId = table.Column<Guid>(type: "TEXT", nullable: false),
                    Position = table.Column<int>(type: "INTEGER", nullable: false),
                    Code = table.Column<string>(type: "TEXT", nullable: false),
                    Display = table.Column<string>(type: "TEXT", nullable: false),
                    Value = table.Column<double>(type: "REAL", nullable: false),
                    Positive = table.Column<bool>(type: "INTEGER", nullable: true),
                    XMin = table.Column<double>(type: "REAL", nullable: true),
                    YMin = table.Column<double>(type: "REAL", nullable: true),
                    XMax = table.Column<double>(type: "REAL", nullable: true),
                    YMax = table.Column<double>(type: "REAL", nullable: true)
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
